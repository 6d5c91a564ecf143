"""What runnable cells write and show, in a form that a page can hold. Runs in the cells' own process."""
