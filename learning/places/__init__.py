"""Who takes part in an event, as those who edit the event see and change it."""
