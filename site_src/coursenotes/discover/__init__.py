"""Reads Python, Markdown and notebooks by parsing, never by importing: what a project holds."""
