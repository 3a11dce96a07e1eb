"""The database backend for PostgreSQL: Django's, with limits of time and an answer to poolers."""
