"""What users can do about assumed sessions of their account: see a live one, end it, and object to any of them."""
