"""The grammar of references: their places on a page, and mistakes in their form."""

from pathlib import Path

import pytest

from coursenotes.discover.text.addresses import (
    Context,
    Malformed,
    Target,
    parse_href,
    parse_time,
    shortened,
    write_href,
    write_time,
    written_out,
)
from coursenotes.discover.text.references import scan

PAGE = Path("docs/concepts/try.md")


def found(text):
    references, problems = scan(text, PAGE)
    assert not problems, [str(p) for p in problems]
    return references


def wrong(text):
    return [str(p) for p in scan(text, PAGE)[1]]


def test_a_number_with_settings_scale_and_place():
    text = "One\ntwo [0.43](measured:dropout.rate.loss?p=0.5&deep=True&kind=relu&n=3&scale=full).\n"
    (reference,) = found(text)
    assert (reference.path, reference.line, reference.scheme) == (PAGE, 2, "measured")
    assert reference.name == "dropout.rate.loss"
    assert reference.settings == {"p": 0.5, "deep": True, "kind": "relu", "n": 3}
    assert type(reference.settings["deep"]) is bool and type(reference.settings["n"]) is int
    assert (reference.scale, reference.text, reference.image, reference.alone) == ("full", "0.43", False, False)


@pytest.mark.parametrize("text, target, words", [
    ("[Dropout from\nscratch](code:dropout.Dropout)", "dropout.Dropout", "Dropout from scratch"),
    ("> [`Dropout`](code:dropout.Dropout)", "dropout.Dropout", "`Dropout`"),
    ("[a [b] c](code:dropout.Dropout.forward)", "dropout.Dropout.forward", "a [b] c"),
    ('[x](code:dropout.Dropout "a title")', "dropout.Dropout", "x"),
    ("[x](<code:dropout.Dropout>)", "dropout.Dropout", "x"),
    ("Text.\n\n    [code by indentation](code:a.B)\n\n[x](code:dropout.Dropout)", "dropout.Dropout", "x"),
    ("- item\n\n    [x](code:dropout.Dropout)", "dropout.Dropout", "x"),
    ("!!! note\n    [x](code:dropout.Dropout)", "dropout.Dropout", "x"),
    ("## Heading\n[x](code:dropout.Dropout)", "dropout.Dropout", "x"),
    ("<div markdown>\n[x](code:dropout.Dropout)\n</div>", "dropout.Dropout", "x"),
])  # fmt: skip
def test_links_in_every_shape(text, target, words):
    (reference,) = found(text)
    assert (reference.scheme, reference.name, reference.text, reference.alone) == ("code", target, words, True)


@pytest.mark.parametrize("text", [
    "---\ntitle: '[x](code:a.B)'\n---\nText",
    "```python\n[x](code:a.B)\n```",
    "~~~~\n```\n[x](code:a.B)\n~~~~",
    "- item\n\n    ```\n    [x](code:a.B)\n    ```",
    "`[x](code:a.B)` and ``[`y`](code:a.B)``",
    "<!-- [x](code:a.B)\n[0:00:01] -->",
    r"\[x](code:a.B)",
    "[x](http://a.b/code:a.B) <mailto:a@b.c> [y](#code) [z](../a/b.md) [w](//host/x)",
    "[19:12] [v1.2.3] [1:08:22](http://a.b) [1:08:22]: http://x",
])  # fmt: skip
def test_text_that_only_resembles_a_reference_is_left_alone(text):
    assert found(text) == []


def test_an_open_fence_hides_nothing():
    assert len(found("```python\nsome\n\n[x](code:a.B)\n")) == 1


def test_code_in_the_text_of_a_link_does_not_separate_it_from_its_paragraph():
    assert "alone" in wrong("`a` [x](code:a.B)")[0]


def test_times_with_and_without_a_lecture():
    text = "At [1:08:22], [DL1v3L5@1:54:00] and [dl2022/8@19:12].\n\n- [0:19:12]"
    assert [(r.line, r.scheme, r.name, r.text) for r in found(text)] == [
        (1, "lecture", "@1:08:22", "1:08:22"),
        (1, "lecture", "DL1v3L5@1:54:00", "DL1v3L5@1:54:00"),
        (1, "lecture", "dl2022/8@19:12", "dl2022/8@19:12"),
        (3, "lecture", "@0:19:12", "0:19:12"),
    ]


def test_references_come_in_the_order_of_the_text():
    text = "[b](claim:a.b) [0:00:01] [](claim:a.c) [1](measured:a.b.c)"
    assert [r.name for r in found(text)] == ["a.b", "@0:00:01", "a.c", "a.b.c"]


@pytest.mark.parametrize("text, says, fix", [
    ("[x](mesured:a.b.c)", 'no scheme "mesured:"', "measured:a.b.c"),
    ("[x](Figure:a.b)", 'no scheme "Figure:"', "figure:a.b"),
    ("[x](javascript:alert)", 'no scheme "javascript:"', None),
    ('<a\nhref="foo:bar">x</a>', 'no scheme "foo:"', None),
    ("<img src=data:image/png;base64,xx>", 'no scheme "data:"', None),
    ('<a href="java&#115;cript:x">x</a>', 'no scheme "javascript:"', None),
    ('<a href="claim:a.b">x</a>', "raw HTML", "[text](claim:a.b)"),
    ("[x][1]\n\n[1]: claim:a.b", "reference-style", "[text](claim:a.b)"),
    ("[x][1]\n\n[1]: foo:a.b", 'no scheme "foo:"', None),
    ("# Loss [1](measured:a.b.c)", "in a heading", "below"),
    ("Loss [1](measured:a.b.c)\n----", "in a heading", "below"),
    ("## At [1:08:22]", "in a heading", "below"),
    ("See [x](code:a.B) here.", "not alone", "line of its own"),
    ("[x](code:a.B)\n[y](code:a.C)", "not alone", "line of its own"),
    ("- [x](table:a.b)", "not alone", "line of its own"),
    ("Text ![x](figure:a.b)", "not alone", "line of its own"),
    ("[x](figure:a.b)", "a figure is an image", "![x](figure:a.b)"),
    ("![x](claim:a.b)", "is a link, not an image", "[x](claim:a.b)"),
    ("[x](measured:a.b)", "does not say of which topic", "write measured:topic.a.b"),
    ("[x](claim:a)", "the form is claim:topic.name", None),
    ("[x](measured:a.b.c?p)", "is not setting=value", None),
    ("[x](measured:a.b.c?p=1&p=2)", "gives p twice", None),
    ("[x](measured:a.b.c?scale=huge)", 'no scale "huge"', "scale=full"),
    ("[x](claim:a.b?p=1)", "takes no settings", "claim:a.b"),
    ("[x](code:a.B?scale=full)", "has no scale", "code:a.B"),
    ("[x](lecture:dl2022/8@1:75:00)", "go to 59", "2:15:00"),
    ("[0:61:00]", "go to 59", "1:01:00"),
    ("[dl2022/8@3:60]", "go to 59", "0:04:00"),
    ("[it fell to [1](measured:a.b.c)](claim:a.b)", "links do not nest", "[](claim:topic.name)"),
])  # fmt: skip
def test_problems_say_where_what_and_how_to_fix_it(text, says, fix):
    problems = scan(text, PAGE)[1]
    assert any(says in str(p) for p in problems), problems
    assert all(p.path == PAGE and p.line for p in problems)
    if fix:
        assert any(p.fix and fix in p.fix for p in problems), problems


def test_all_problems_are_reported_at_once_with_their_lines():
    text = "[a](foo:b)\n\nx [b](code:a.B) y\n\n```\nz\n```\n[0:99:00]\n"
    assert [p.line for p in scan(text, PAGE)[1]] == [1, 3, 8]


def test_a_figure_needs_no_text_since_it_has_its_own():
    assert found("![](figure:a.b)")[0].text == ""


@pytest.mark.parametrize("href", [
    "measured:a.b.c?p=0.5&scale=full", "claim:a.b", "table:a.b?kind=a%20b&x=[1,%202]", "figure:a.b?scale=full",
    "lecture:dl2022/8@1:08:22", "measured:a.b.c?flag=False&n=-3",
])  # fmt: skip
def test_writing_is_the_inverse_of_reading(href):
    target = parse_href(href)
    assert parse_href(write_href(target)) == target


def test_other_addresses_are_none_of_ours():
    assert parse_href("https://a.b/?claim:a.b") is None and parse_href("claims.md") is None and parse_href("") is None
    assert parse_href("claim:a.b") == Target("claim", "a.b", {}, "sample")
    with pytest.raises(Malformed):
        parse_href("claim:")


def test_times_are_seconds():
    assert (parse_time("1:08:22"), parse_time("19:12"), parse_time("0:00:07")) == (4102, 1152, 7)
    assert [write_time(s) for s in (4102, 1152, 7)] == ["1:08:22", "0:19:12", "0:00:07"]
    for bad in ("19", "1:60", "1:2:3:4", "a:b", ""):
        with pytest.raises(Malformed):
            parse_time(bad)


def test_a_misspelled_scale_is_fixed_and_the_rest_kept():
    (said,) = wrong("[1](measured:a.b.c?n=1&scale=ful&m=2)\n")
    assert 'no scale "ful"' in said and "write measured:a.b.c?n=1&scale=full&m=2" in said
    (said,) = wrong("[1](measured:a.b.c?scale=simple)\n")
    assert "write measured:a.b.c?scale=sample" in said


HERE, FULL = Context("dropout"), Context("dropout", "full")


@pytest.mark.parametrize("short, whole, context", [
    ("figure:masked", "figure:dropout.masked", HERE),
    ("figure:drop_rate#curves", "figure:dropout.drop_rate#curves", HERE),
    ("table:drop_rate?p=0.5", "table:dropout.drop_rate?p=0.5", HERE),
    ("measured:drop_rate.loss?p=0.5", "measured:dropout.drop_rate.loss?p=0.5", HERE),
    ("claim:generalizes", "claim:dropout.generalizes", HERE),
    ("code:drop", "code:dropout.drop", HERE),
    ("code:Dropout.forward", "code:dropout.Dropout.forward", HERE),
    ("code:losses.accuracy", "code:losses.accuracy", HERE),
    ("figure:masked", "figure:dropout.masked?scale=full", FULL),
    ("figure:masked?scale=sample", "figure:dropout.masked", FULL),
    ("measured:drop_rate.loss?p=0.5&scale=sample", "measured:dropout.drop_rate.loss?p=0.5", FULL),
    ("measured:losses.fit.loss", "measured:losses.fit.loss?scale=full", FULL),
    ("claim:generalizes", "claim:dropout.generalizes", FULL),
    ("claim:generalizes?scale=full", "claim:dropout.generalizes?scale=full", FULL),
])  # fmt: skip
def test_a_page_implies_its_topic_and_its_scale(short, whole, context):
    target = parse_href(short, context)
    assert target == parse_href(whole)
    assert write_href(target, context) == short and write_href(target) == whole


@pytest.mark.parametrize("text", ["![a](figure:masked)", "[1](measured:drop_rate.loss)", "[x](code:Dropout.forward)"])
def test_elsewhere_a_reference_names_its_topic(text):
    (problem,) = scan(text, PAGE)[1]
    assert "does not say of which topic" in problem.what and ":topic." in (problem.fix or "")


def test_a_page_is_scanned_with_what_it_implies():
    (reference,), problems = scan("![Masks](figure:masked)", PAGE, FULL)
    assert not problems and reference.target == Target("figure", "dropout.masked", {}, "full")


def test_a_text_is_written_out_and_shortened_again():
    short = (
        "[1](measured:drop_rate.loss?p=0.5&scale=sample) `[x](figure:masked)`\n\n"
        "![x](figure:masked) [](claim:a) [0:01:00]"
    )
    long = (
        "[1](measured:dropout.drop_rate.loss?p=0.5) `[x](figure:masked)`\n\n"
        "![x](figure:dropout.masked?scale=full) [](claim:dropout.a) [0:01:00]"
    )
    assert written_out(short, FULL) == long and shortened(short, FULL) == short
    assert shortened(long.replace("p=0.5", "p=0.5&scale=sample"), FULL) == short
