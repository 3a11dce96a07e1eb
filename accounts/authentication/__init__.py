"""Sign-in, second factors and re-authentication (step-up)."""
