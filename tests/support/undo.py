"""What a page says of the last action, and its button *Undo*."""

import html
import re

NOTICE = re.compile(r'<div class="notice message"(.*?)</div>', re.DOTALL)
FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')


def open_page(client, address):
    """Return the sentences that the page says, and address and fields of each undo."""
    page = client.get(address).content.decode()
    notices = NOTICE.findall(page)
    said = [html.unescape(re.search(r'<p role="status">(.*?)</p>', each, re.DOTALL)[1]) for each in notices]
    forms = [form for each in notices for form in FORM.findall(each)]
    fields = [{name: html.unescape(value) for name, value in FIELD.findall(body)} for _address, body in forms]
    return said, [(html.unescape(address), each) for (address, _body), each in zip(forms, fields, strict=True)]


def undo(client, address):
    """Press the only *Undo* of the page, and return the answer."""
    _said, [(target, fields)] = open_page(client, address)
    return client.post(target, fields)
