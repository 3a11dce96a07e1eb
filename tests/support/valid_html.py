"""What is wrong with the HTML of a page, by the rules of the standard that templates break most easily."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = words("area base br col embed hr img input link meta source track wbr")
# Elements that a text may hold. All others are blocks.
PHRASING = words(
    "a abbr area audio b bdi bdo br button canvas cite code data datalist del dfn em embed i iframe img input ins kbd"
    " label map mark meter noscript object output picture progress q ruby rp rt s samp script select slot small source"
    " span strong sub sup svg template textarea time track u var video wbr option optgroup link meta"
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that hold text alone, and those of them that may hold a heading too.
WITH_HEADING = words("legend summary")
TEXT_ONLY = WITH_HEADING | words(
    "h1 h2 h3 h4 h5 h6 p span em strong small b i s q code kbd time button label abbr mark output pre sub sup"
)
# Elements that hold certain children alone, scripts and templates aside.
CHILDREN = {
    "ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "select": {"option", "optgroup", "hr"},
    "optgroup": {"option"}, "datalist": {"option"}, "table": {"caption", "colgroup", "thead", "tbody", "tfoot", "tr"},
    "thead": {"tr"}, "tbody": {"tr"}, "tfoot": {"tr"}, "tr": {"th", "td"}, "colgroup": {"col"},
}  # fmt: skip
# Elements that stand in certain others alone.
PARENTS = {
    "li": {"ul", "ol", "menu"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"table", "thead", "tbody", "tfoot"},
    "td": {"tr"}, "th": {"tr"}, "legend": {"fieldset"}, "summary": {"details"}, "caption": {"table"},
    "figcaption": {"figure"}, "option": {"select", "optgroup", "datalist"},
}  # fmt: skip
FIRST = {"legend", "summary", "caption"}
INTERACTIVE = {"button", "select", "textarea", "details", "iframe", "label"}
LABELLED = {"button", "input", "meter", "output", "progress", "select", "textarea"}
# Attributes that name other elements by their ids.
REFERENCES = {
    "for", "form", "list", "headers", "popovertarget", "aria-labelledby", "aria-describedby", "aria-controls",
    "aria-owns", "aria-details", "aria-errormessage", "aria-activedescendant",
}  # fmt: skip
NEVER_EMPTY = {"id", "href", "src", "action", "name", "formaction", "role"}
# What is for certain sorts of fields alone.
TYPED = {"text", "search", "url", "tel", "email", "password"}
MEASURED = {"number", "range", "date", "month", "week", "time", "datetime-local"}
ONLY_FOR = {
    "maxlength": TYPED, "minlength": TYPED, "pattern": TYPED, "size": TYPED, "placeholder": TYPED | {"number"},
    "min": MEASURED, "max": MEASURED, "step": MEASURED, "checked": {"checkbox", "radio"}, "multiple": {"email", "file"},
}  # fmt: skip
CAN_BE_INVALID = {"input", "select", "textarea"}  # and a radio group, but neither another group nor one of its buttons
MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?|\d\d:\d\d")
QUOTED, LOOSE = re.compile(r"""=\s*("[^"]*"|'[^']*')"""), re.compile(r"""["'`]""")
UNNAMED = {"div", "span", "p", "strong", "em", "small", "b", "i", "code", "time"}  # without a role, a name is lost


class Element:
    """An element that is open while a page is read."""

    def __init__(self, tag, attributes, parent, line):
        self.tag, self.attributes, self.parent, self.line = tag, attributes, parent, line
        self.children = 0
        self.text = ""
        self.controls: list[Element] = []

    def __str__(self):
        at = self.attributes
        hints = [f'{name}="{at[name]}"' for name in ("id", "name", "class", "href") if at.get(name)]
        return f"<{' '.join([self.tag, *hints])}>"

    def above(self):
        """Yield the elements around this one, the nearest first."""
        element = self.parent
        while element:
            yield element
            element = element.parent

    @property
    def is_interactive(self):
        at = self.attributes
        return (
            self.tag in INTERACTIVE or (self.tag == "a" and "href" in at)
            or (self.tag == "input" and at.get("type") != "hidden")
        )  # fmt: skip


class Page(HTMLParser):
    """A page, or a part of one that a script fetches, and the list of what is wrong with it."""

    def __init__(self, source: str):
        super().__init__()
        self.wrong: list[str] = []
        self.ids: dict[str, Element] = {}
        self.references: list[tuple[Element, str, str]] = []
        self.headings: list[Element] = []
        self.focused = 0
        self.open: Element | None = None
        self.foreign = 0
        self.is_whole = "<html" in source
        self.feed(source)
        self.close()
        self.finish()

    def complain(self, what: str, element: object = "") -> None:
        self.wrong.append(f"{what}: {element}" if element else what)

    def handle_startendtag(self, tag, attrs):
        if not self.foreign and tag not in VOID and tag != "svg":
            self.complain("closed with a slash", f"<{tag}>")
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.open, self.getpos()[0])
        self.look_at_attributes(element, [name for name, _value in attrs])
        if LOOSE.search(QUOTED.sub("", self.get_starttag_text())):
            self.complain("a loose quotation mark", element)
        if not self.foreign:
            self.look_at_place(element)
        if self.open:
            self.open.children += 1
        if tag in HEADINGS:
            self.headings.append(element)
        if tag not in VOID:
            self.open = element
            self.foreign += tag == "svg"

    def handle_data(self, data):
        if self.open:
            self.open.text += data

    def handle_endtag(self, tag):
        if not self.open or self.open.tag != tag:
            self.complain(f"</{tag}> doesn't close", self.open)
            if not self.open or all(each.tag != tag for each in self.open.above()):
                return
            while self.open.tag != tag:
                self.open = self.open.parent
        self.foreign -= tag == "svg"
        self.look_at_whole(self.open)
        self.open = self.open.parent

    def look_at_attributes(self, element, names):
        """Look at an element without its surroundings, and remember what it names."""
        at = element.attributes
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.complain(f"{name} twice", element)
        for name, value in at.items():
            if name in NEVER_EMPTY | REFERENCES and not (value or "").strip():
                self.complain(f"empty {name}", element)
            elif name in REFERENCES or (name == "href" and value.startswith("#") and not self.foreign):
                self.references += [(element, name, each) for each in (value or "").removeprefix("#").split()]
        if "id" in at:
            if re.search(r"\s", at["id"] or ""):
                self.complain("id with a space", element)
            if at["id"] in self.ids:
                self.complain("id twice", element)
            self.ids[at["id"]] = element
        if element.tag == "img" and "alt" not in at:
            self.complain("no alt", element)
        if element.tag == "time" and not MOMENT.fullmatch(at.get("datetime") or ""):
            self.complain("no moment", element)
        if hidden(element) and any(name.startswith("aria-") for name in at):
            self.complain("spoken of but hidden", element)
        if element.tag in UNNAMED and "role" not in at and at.keys() & {"aria-label", "aria-labelledby"}:
            self.complain("a name without a role", element)
        if (
            "aria-invalid" in at
            and at.get("role") != "radiogroup"
            and (element.tag not in CAN_BE_INVALID or at.get("type") == "radio")
        ):
            self.complain("aria-invalid of what is never invalid", element)
        if element.tag == "input":
            kind = at.get("type", "text")
            for name in at.keys() & ONLY_FOR.keys():
                if kind not in ONLY_FOR[name]:
                    self.complain(f"{name} of {kind}", element)
        self.focused += "autofocus" in at

    def look_at_place(self, element):
        """Look at where an element stands."""
        tag, parent = element.tag, element.parent
        if parent:
            if tag not in CHILDREN.get(parent.tag, {tag}) | {"script", "template"}:
                self.complain(f"in {parent}", element)
            if tag in PARENTS and parent.tag not in PARENTS[tag]:
                self.complain(f"in {parent}", element)
            if tag in FIRST and parent.children:
                self.complain(f"not first in {parent}", element)
        for around in element.above():
            if tag not in PHRASING and around.tag in TEXT_ONLY and not (around.tag in WITH_HEADING and tag in HEADINGS):
                self.complain(f"a block in {around}", element)
            if tag == around.tag == "form":
                self.complain(f"a form in {around}", element)
            pressed = around.tag == "button" or (around.tag == "a" and "href" in around.attributes)
            if pressed and (element.is_interactive or "tabindex" in element.attributes):
                self.complain(f"interactive in {around}", element)
            if around.tag == "label" and (element.is_interactive or tag in LABELLED) and not hidden(element):
                around.controls.append(element)

    def look_at_whole(self, element):
        """Look at an element that has all of its children."""
        if element.tag == "label":
            target = element.attributes.get("for")
            for control in element.controls:
                if control.tag not in LABELLED or len(element.controls) > 1:
                    self.complain(f"interactive in {element}", control)
                elif target and control.attributes.get("id") != target:
                    self.complain(f"labelled otherwise by {element}", control)
        if element.tag == "select" and "required" in element.attributes and not element.children:
            self.complain("no option", element)
        # A phone shows the label of a cell, unless the cell is ":empty", and white space is something.
        is_blank = not element.children and element.text.isspace()
        if element.tag == "td" and "data-label" in element.attributes and is_blank:
            self.complain(f"a label without a value, {element.attributes['data-label']}", element)

    def finish(self):
        """Look at what only the whole page shows."""
        for element in [self.open, *self.open.above()] if self.open else []:
            self.complain("not closed", element)
        for element, name, target in self.references:
            found = self.ids.get(target)
            if not found:
                self.complain(f"{name} names nothing, {target}", element)
            elif name == "for" and element.tag == "label" and (found.tag not in LABELLED or hidden(found)):
                self.complain(f"for names no field, {found}", element)
            elif name == "popovertarget" and "popover" not in found.attributes:
                self.complain(f"popovertarget names no popover, {found}", element)
        if self.focused > 1:
            self.complain("autofocus twice")
        if self.is_whole:
            self.look_at_headings()

    def look_at_headings(self):
        ones = [heading for heading in self.headings if heading.tag == "h1"]
        if len(ones) != 1:
            self.complain(f"{len(ones)} h1")
        level = 0
        for heading in self.headings:
            if int(heading.tag[1]) > level + 1:
                self.complain(f"after a heading of level {level}", heading)
            level = int(heading.tag[1])


def hidden(element: Element) -> bool:
    return element.tag == "input" and element.attributes.get("type") == "hidden"


def html_of(response: Any) -> str:
    """Return the page that a view answered with; nothing if it is a file or has another type."""
    is_html = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    return response.content.decode() if is_html else ""


def in_a_line(response: Any) -> str:
    """Return the page that a view answered with; each stretch of white space is one space."""
    return " ".join(html_of(response).split())


def what_is_wrong(source: str) -> list[str]:
    """Return a sentence for each rule that a page breaks."""
    return Page(source).wrong
