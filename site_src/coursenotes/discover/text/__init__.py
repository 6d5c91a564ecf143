"""Reads Markdown and YAML: prose, references, citations, formulas, cells, lines."""
