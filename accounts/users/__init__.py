"""User Management: the list of users, the page of each, and what is changed there."""
