"""Links between notes: prerequisites, backlinks, subjects, and addresses that pages had before."""
