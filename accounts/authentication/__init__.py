"""How users sign in, and how the platform asks again who is there."""
