"""Help pages: one for each role, with what its reader may do, and a search over all of them."""
