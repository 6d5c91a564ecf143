"""The form of a note: its front matter, names, images, formulas, footnotes."""
