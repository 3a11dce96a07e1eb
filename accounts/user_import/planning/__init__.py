"""Planning: what a file would change, and each problem with its line; nothing is written."""
