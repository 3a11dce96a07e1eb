"""Permission setup: permission types, the company's settings, and who can log in as whom."""
