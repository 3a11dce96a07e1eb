"""Permission setup: permission types, the company's settings, and lists for Login as User."""
