"""Files: what people upload, and the static files of the code."""
