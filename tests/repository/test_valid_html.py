"""The check of HTML finds each mistake; the walk through all addresses asks it about every page."""

import pytest

from tests.support.valid_html import what_is_wrong

PAGE = "<!DOCTYPE html><html><head><title>x</title></head><body>{}</body></html>"
MISTAKES = {
    '<i id="a"></i><i id="a"></i>': "id twice",
    '<i id="a b"></i>': "id with a space",
    '<label for="a">A</label>': "for names nothing",
    '<label for="a">A</label><p id="a"></p>': "for names no field",
    '<label for="a">A</label><input type="hidden" id="a">': "for names no field",
    '<label for="a">A <input id="b"></label><input id="a">': "labelled otherwise",
    '<section aria-labelledby="a"></section>': "aria-labelledby names nothing",
    '<input aria-describedby="a">': "aria-describedby names nothing",
    '<input aria-describedby="">': "empty aria-describedby",
    '<button aria-controls="a"></button>': "aria-controls names nothing",
    '<button popovertarget="a"></button>': "popovertarget names nothing",
    '<button popovertarget="a"></button><div id="a"></div>': "popovertarget names no popover",
    '<input list="a">': "list names nothing",
    '<a href="#a">A</a>': "href names nothing",
    "<p><div></div></p>": "a block in <p>",
    "<h2><ul></ul></h2>": "a block in <h2>",
    '<a href="/"><button>A</button></a>': "interactive in <a",
    '<button><a href="/">A</a></button>': "interactive in <button",
    "<button><input></button>": "interactive in <button",
    '<button><span tabindex="0">A</span></button>': "interactive in <button",
    "<label><a href='/'>A</a></label>": "interactive in <label",
    "<label><input><input></label>": "interactive in <label",
    "<form><form></form></form>": "a form in <form",
    "<div>": "</body> doesn't close: <div>",
    "</div>": "</div> doesn't close",
    "<b><i></b></i>": "</b> doesn't close: <i>",
    "<div />": "closed with a slash",
    "<h1>A</h1>": "2 h1",
    "<h3>A</h3>": "after a heading of level 1",
    '<img src="/a">': "no alt",
    '<i class="a" class="b"></i>': "class twice",
    '<a href="">A</a>': "empty href",
    '<form action=""></form>': "empty action",
    '<i title=\\"a\\"></i>': "a loose quotation mark",
    "<i title='a''></i>": "a loose quotation mark",
    "<ul><p></p></ul>": "in <ul>",
    "<li></li>": "in <body>",
    "<table><td></td></table>": "in <table>",
    "<details><p></p><summary>A</summary></details>": "not first in <details>",
    "<time>now</time>": "no moment",
    '<time datetime="2026-11-29T07:32:39.887822+01:00">now</time>': "no moment",
    '<input type="hidden" aria-label="a">': "spoken of but hidden",
    '<div aria-label="a"></div>': "a name without a role",
    '<input type="number" maxlength="3">': "maxlength of number",
    "<input autofocus><input autofocus>": "autofocus twice",
    "<select required></select>": "no option",
    '<table><tr><td data-label="Due date"> </td></tr></table>': "a label without a value",
    '<fieldset aria-invalid="true"></fieldset>': "aria-invalid of what",
    '<input type="radio" aria-invalid="true">': "aria-invalid of what",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_found(mistake):
    found = what_is_wrong(PAGE.format(f"<h1>A page</h1>{mistake}"))
    assert any(MISTAKES[mistake] in each for each in found), found


def test_a_page_without_a_heading_is_found():
    assert what_is_wrong(PAGE.format("")) == ["0 h1"]


def test_what_is_right_is_left_alone():
    body = """
      <h1>A <a href="#a"><b>page</b></a></h1><h2 id="a">B</h2><h3>C</h3><h2>D</h2>
      <form><label>A <input type="email" multiple></label><label for="b">B</label><select id="b" required>
        <option>C</option></select><input type="hidden" name="c" value=""></form>
      <ul><li><p>A <time datetime="2026-11-29T07:32:39+01:00">now</time><br></p><template><p></p></template></li></ul>
      <table><caption>A</caption><thead><tr><th>A</th></tr></thead><tbody><tr>
        <td><ul></ul></td><td> </td><td data-label="A"></td><td data-label="B"> <b>1</b> </td></tr></tbody></table>
      <details><summary><h2>A</h2></summary><div role="group" aria-labelledby="a"></div></details>
      <button popovertarget="d"><svg><path d="M0"/></svg></button><div id="d" popover></div>
      <a href="/"><img alt="" src="/e"></a>
      <fieldset role="radiogroup" aria-invalid="true"></fieldset><input type="checkbox" aria-invalid="true">
    """
    assert what_is_wrong(PAGE.format(body)) == []


def test_a_part_that_a_script_fetches_needs_no_heading():
    assert what_is_wrong("<p>A</p>") == []


def test_an_end_that_is_missing_is_found():
    assert what_is_wrong("<p>A") == ["not closed: <p>"]
