"""Who wrote what, and the sources that it is based on: people, sources, literature, licenses."""
