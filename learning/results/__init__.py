"""Another try and more time for one user, given by somebody who helps them."""
