"""Forms as a browser sends them: all fields of the page, with its CSRF token."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """A parser for the forms of a page, each as (action, fields); without forms that only close a dialog."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.fields, self.name, self.text = [], None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.fields = {}
            if given.get("method") != "dialog":
                self.forms.append((given.get("action", ""), self.fields))
        if self.fields is None or "disabled" in given:
            return
        name, fields = given.get("name"), self.fields
        if tag == "input" and name and given.get("type") not in ("file", "submit"):
            if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                ticked = "on" if given.get("type") in ("checkbox", "radio") else ""
                fields.setdefault(name, []).append(given.get("value") or ticked)
        elif tag == "select":
            self.name = name
        elif tag == "option" and self.name and "selected" in given:
            fields.setdefault(self.name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.text = fields.setdefault(name, [""])

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.text = None

    def handle_data(self, data):
        if self.text is not None:
            self.text[0] += data.removeprefix("\n")


def form_on(response, action=""):
    """Return the fields that the form with this action sends; without an action, those of the page's own form."""
    assert response.status_code == 200, response
    found = Forms(response.content.decode()).forms
    address = response.wsgi_request.path
    fitting = [fields for target, fields in found if (target or address).partition("?")[0] == (action or address)]
    assert fitting, (action or address, [target for target, _fields in found])
    return fitting[-1]
