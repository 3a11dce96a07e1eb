"""Tickets as links, as far as the log knows of them."""

from audit import tickets


def test_the_log_alone_knows_no_ticket_system(monkeypatch):
    monkeypatch.setattr(tickets, "sources", [])
    assert tickets.addresses()("SUP-7") == ""
    assert tickets.linked("<b>SUP-7</b>", "") == "&lt;b&gt;SUP-7&lt;/b&gt;"


def test_the_source_is_asked_at_the_first_ticket_and_once(monkeypatch):
    asked = []

    def source():
        asked.append("source")
        return lambda ticket: f"https://tickets.example/{ticket}"

    monkeypatch.setattr(tickets, "sources", [source])
    address_of = tickets.addresses()
    assert asked == []
    assert [address_of("A"), address_of("B")] == ["https://tickets.example/A", "https://tickets.example/B"]
    assert asked == ["source"]
