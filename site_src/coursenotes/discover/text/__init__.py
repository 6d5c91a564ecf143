"""What Markdown and YAML say: prose, references, citations, formulas, cells, lines."""
