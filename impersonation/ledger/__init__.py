"""
The access history, read from the audit log: what was done in and to a user's account, by others and by the user.

`events` finds the events, `exports` the exports that held the user's row. `lines` puts one event into words, `session`
a whole assumed session; `kinds` holds the sentences. `views` shows them as a page, `files` as JSON and CSV.
"""
