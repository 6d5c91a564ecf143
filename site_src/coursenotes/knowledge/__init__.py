"""What the site knows beside the notes themselves: courses and lectures, and which pages belong together."""
