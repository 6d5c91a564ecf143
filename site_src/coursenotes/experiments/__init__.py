"""Plans and runs the experiments of snippets, and looks up their results."""
