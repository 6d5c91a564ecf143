"""What Python code says: names, statements, what they reach, and what cannot be followed."""
