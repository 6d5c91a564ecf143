"""Reads a project's Python, Markdown and notebooks by parsing, never by importing."""
