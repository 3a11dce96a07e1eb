"""Safe Markdown of content creators: no raw HTML, no images, and an allow-list of tags."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
HIGHEST_HEADING = 3

parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def markdown(text: str) -> SafeString:
    """Return the text as HTML, with headings below those of the page that shows it."""
    tokens = parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, int(token.tag[1]) + HIGHEST_HEADING - 1)}"
    html = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return mark_safe(html)  # noqa: S308 (nh3 has just reduced it to the allow-list)
