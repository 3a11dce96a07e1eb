"""The access check: questions about what a user sees, each on record, and their answers."""
