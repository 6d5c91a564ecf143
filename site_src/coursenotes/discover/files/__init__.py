"""The one list of a project's files, and which of them may be read."""
