"""The end of assumed sessions to which no request comes any more."""
