"""Who may change what: rules of the policy as database queries, and changes that are checked again under lock."""
