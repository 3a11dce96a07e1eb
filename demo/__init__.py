"""The demo company, Harbour Coffee."""
