"""Plans, runs and looks up what snippets declare."""
