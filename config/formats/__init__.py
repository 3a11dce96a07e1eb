"""What Django's own pages and filters write for dates, by language: the same forms as audit/dates.py."""
