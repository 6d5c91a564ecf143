"""Courses, lectures, their transcripts, and which second a note speaks of."""
