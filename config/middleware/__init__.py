"""What every request of the project goes through, outside the assumed session."""
