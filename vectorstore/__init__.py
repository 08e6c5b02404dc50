"""Articles in, hits out."""
