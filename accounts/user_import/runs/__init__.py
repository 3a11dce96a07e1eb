"""Runs: the pages of past imports, and their undo."""
