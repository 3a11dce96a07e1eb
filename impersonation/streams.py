"""Streamed responses, which an assumed session reads while the database refuses writes."""

from typing import Any


def read_to_its_end(response: Any) -> None:
    """Read a streamed response now, and close its file, because the response may still be dropped."""
    file = getattr(response, "file_to_stream", None)
    response.streaming_content = list(response.streaming_content)
    if file is not None:
        file.close()
