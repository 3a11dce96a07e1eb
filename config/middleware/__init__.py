"""The project's middleware, except for that of assumed sessions."""
