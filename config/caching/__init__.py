"""The cache: in the database or in Redis, without pickle."""
