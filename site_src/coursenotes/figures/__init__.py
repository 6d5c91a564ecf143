"""Draws figures from results, and runs the cells of pages."""
