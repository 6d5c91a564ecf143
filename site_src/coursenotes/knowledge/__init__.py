"""What the site knows beside the notes themselves: courses and lectures, people, links between pages."""
