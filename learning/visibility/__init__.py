"""The rules for who sees what, and the sentences that say why not."""
