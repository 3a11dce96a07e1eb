"""What an assumed session has looked at and was refused."""
