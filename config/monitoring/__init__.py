"""
What operators see of a running platform: figures, lines and reports, all without personal data.

middleware.py   measures each request, for the figures and for the access line
metrics.py      counters of the server's processes, which share a folder (shared_folder.py)
figures.py      what the database says at the time of a scrape
views.py        the page /metrics, for holders of the token; port.py serves the same on a port of its own
faults.py       reports of faults to Sentry
traces.py       traces of requests to an OpenTelemetry collector
"""
