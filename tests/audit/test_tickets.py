"""Tickets as links, as far as the log knows of them."""

from audit import tickets


def test_the_log_alone_knows_no_ticket_system(monkeypatch):
    monkeypatch.setattr(tickets, "sources", [])
    assert tickets.addresses(None)("SUP-7") == ""
    assert tickets.linked("<b>SUP-7</b>", "") == "&lt;b&gt;SUP-7&lt;/b&gt;"


def test_the_newest_source_is_asked_for_the_reader(monkeypatch):
    monkeypatch.setattr(tickets, "sources", [lambda reader: lambda ticket: f"https://{reader}.example/{ticket}"])
    assert tickets.addresses("audrey")("A") == "https://audrey.example/A"
