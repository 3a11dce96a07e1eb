"""The change of an assumed session's mode: from look only to act with one more reason, and back down."""
