"""Courses and lectures, transcripts, versions of lessons, visibility, and the times at which topics are treated."""
