"""Runnable cells: run in their own process, with their output in a form for pages."""
