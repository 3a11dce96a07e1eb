"""Verification of the whole log, and the erasure of one person's texts."""
