"""What the site knows beside the notes themselves: lectures, people, who may find a page, what links where."""
