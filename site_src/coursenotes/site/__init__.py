"""All that a reader sees."""
