"""What invalidates what, and results kept by it."""
