"""Mapping: what each column of a file is, and what its values mean."""
