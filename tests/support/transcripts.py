"""
What a screen reader is told of a page: roles and names from Chromium's accessibility tree.

What a status, an alert and the bar of an assumed session say is told with its words.
"""

from __future__ import annotations

from typing import Any

TOLD = {
    "alert",
    "banner",
    "button",
    "checkbox",
    "combobox",
    "contentinfo",
    "dialog",
    "form",
    "heading",
    "link",
    "list",
    "main",
    "navigation",
    "radio",
    "radiogroup",
    "region",
    "RootWebArea",
    "search",
    "searchbox",
    "status",
    "table",
    "textbox",
}
# Roles that have no name of their own: what they say is their text.
SAYING = {"alert", "status"}
BAR = "Assumed session"


def transcript(page: Any) -> list[str]:
    """Return a line for each element that is told, in the order of the page; the focused one is marked."""
    with_page = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in with_page.send("Accessibility.getFullAXTree")["nodes"]}
    with_page.detach()
    root = next(node for node in nodes.values() if "parentId" not in node)
    return list(told(root, nodes))


def told(node: dict[str, Any], nodes: dict[str, Any], *, in_bar: bool = False) -> Any:
    role, name = value(node, "role"), " ".join(str(value(node, "name")).split())
    in_bar = in_bar or (role == "region" and name == BAR)
    if role in SAYING:
        name = name or said(node, nodes)
    elif role == "paragraph" and in_bar and not node.get("ignored"):
        yield f"text {said(node, nodes)}"
    if not node.get("ignored") and role in TOLD and (name or role in ("main", "status", "alert")):
        focused = any(fact["name"] == "focused" and fact["value"].get("value") for fact in node.get("properties", []))
        is_place = focused and role not in ("RootWebArea", "dialog")
        yield f"{'document' if role == 'RootWebArea' else role} {name}".strip() + (" [focus]" if is_place else "")
    for child in node.get("childIds", []):
        if child in nodes:
            yield from told(nodes[child], nodes, in_bar=in_bar)


def said(node: dict[str, Any], nodes: dict[str, Any]) -> str:
    """Return the text in an element; the tree has it in pieces, wherever a word is strong or a line ends."""
    return " ".join("".join(pieces(node, nodes)).split())


def pieces(node: dict[str, Any], nodes: dict[str, Any]) -> Any:
    if value(node, "role") == "StaticText":
        yield str(value(node, "name"))
        return
    for child in node.get("childIds", []):
        if child in nodes:
            yield from pieces(nodes[child], nodes)
    if value(node, "role") in ("paragraph", "LineBreak"):
        yield " "


def value(node: dict[str, Any], name: str) -> Any:
    return node.get(name, {}).get("value", "")
