"""Places at events, as the editors of an event see and change them."""
