"""Pages of job profiles."""
