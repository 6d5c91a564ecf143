"""Reads Python code: names, statements, what they reach, and code that cannot be followed."""
