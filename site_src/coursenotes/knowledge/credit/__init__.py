"""Who wrote what, and on what it rests: people, sources, literature, licenses."""
