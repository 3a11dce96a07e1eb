"""Backup and restore: one archive with the database, the uploads, the anchors and a manifest."""
