"""Who sees what, why not, and the access check that shows it."""
