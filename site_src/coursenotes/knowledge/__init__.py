"""Everything about the notes apart from their text: lectures, people, sources, visibility, links, facts, form."""
