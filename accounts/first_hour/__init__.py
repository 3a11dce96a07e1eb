"""The first hour of an empty company: a checklist for its owners, and a test mail."""
