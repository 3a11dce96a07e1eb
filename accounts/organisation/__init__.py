"""Pages of the organisation: the department tree and the job profiles, each change with a preview and on record."""
