"""What leads where: links, prerequisites, subjects, who may see a page, addresses that a page had before."""
