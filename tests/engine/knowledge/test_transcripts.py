"""Transcripts: their segments, mistakes in their times, and texts that are not published."""

import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

from coursenotes.build import check
from coursenotes.discover.project import discover
from coursenotes.discover.transcripts import hidden, public
from coursenotes.knowledge.lectures import transcripts
from coursenotes.knowledge.lectures.transcripts import blocks, index, parse, shown
from coursenotes.project import Project
from tests.engine.importing_notes import source
from tests.engine.rendering import COURSES, opened_at, render, whole, write

NAME = "lessons/dl2022/lesson8/ana.md"
HEAD = "---\ntitle: Lecture 8, word by word\nkind: transcript\nauthors: [ana]\nlicense: CC-BY-4.0\nstate: draft\n"
TEXT = """# Lecture 8

Welcome back everybody.

[00:01:09]

## Embeddings

A lookup multiplies a matrix.

### Their *rank*

Nothing else happens.

[00:02:02] And then the kangaroo arrives.

[01:00:00]

```
# not a heading, the wombat says
[0:30:00]
```
"""


def test_segments_have_times_headings_and_text():
    found, problems = parse(TEXT, Path("a.md"))
    assert problems == []
    assert [(s.start, s.heading, s.anchor, s.line) for s in found] == [
        (None, None, "", 1), (69, "Embeddings", "t69", 5), (122, None, "t122", 15), (3600, None, "t3600", 17),
    ]  # fmt: skip
    assert found[0].headings == ["Lecture 8"] and found[1].headings == ["Embeddings", "Their rank"]
    assert found[1].text == "A lookup multiplies a matrix.\nNothing else happens.\n"
    assert found[2].text == "And then the kangaroo arrives.\n"


def test_a_heading_takes_a_time_only_directly_below_it():
    found, _ = parse("[0:01:00]\n\nSomething is said.\n\n## Later\n\n[0:02:00]\n## At once", Path("a.md"))
    assert [(s.heading, s.headings) for s in found] == [(None, ["Later"]), ("At once", ["At once"])]


@pytest.mark.parametrize(("line", "words"), [
    ("[0:75:00]", "[0:75:00] is not a time: minutes and seconds go to 59"),
    ("[12:34]", "[12:34] is not a time: a transcript's times are h:mm:ss"),
    ("[0:00:59]", "[0:00:59] is before the time above it, [0:01:00] of line 1"),
])  # fmt: skip
def test_an_impossible_time_and_one_that_runs_backwards_are_problems(line, words):
    _, problems = parse(f"[0:01:00]\n\n{line}\n\n[0:01:01]", Path("a.md"))
    assert [(problem.what, problem.line) for problem in problems] == [(words, 3)]


def test_a_time_said_twice_is_one_segment():
    assert [s.start for s in parse("[0:01:00]\na\n[0:01:00]\nb", Path("a.md"))[0]] == [60]


def project(mini, head: str, text: str = TEXT, name: str = NAME) -> Project:
    write(mini.docs / name, f"{head}---\n{text}")
    return opened_at(mini)


def told(opened: Project) -> list[str]:
    found = [str(problem) for problem in check.static(opened)]
    return [problem for problem in found if re.search("transcript|publish:| time", problem)]


def test_problems_are_reported_once_with_page_and_line(mini):
    found = told(project(mini, HEAD, "[0:02:00]\n\n[0:75:00]\n\n[0:01:00]\n"))
    assert [re.sub(r".*/", "", problem.split("\n")[0]) for problem in found] == [
        "ana.md:10: [0:75:00] is not a time: minutes and seconds go to 59",
        "ana.md:12: [0:01:00] is before the time above it, [0:02:00] of line 8",
    ]


@pytest.mark.parametrize(("more", "words"), [
    ("publish: indx\n", "write publish: index"), ("publish: false\n", "publish: False is not one of: text, index"),
])  # fmt: skip
def test_a_word_that_is_not_known_is_a_problem_and_publishes_nothing(mini, more, words):
    opened = project(mini, HEAD + more)
    assert any(words in problem for problem in told(opened))
    assert "kangaroo" not in opened.catalog.pages[NAME].text


def test_publish_is_for_transcripts(mini):
    assert (
        "publish: is for transcripts" in told(project(mini, "---\ntitle: A\npublish: text\n", "", "concepts/a.md"))[0]
    )


# ---------------------------------------------------------------- pages
def test_a_published_text_has_an_anchor_at_each_time(mini):
    opened = project(mini, HEAD)
    html = render(opened, NAME, shown(opened.catalog.pages[NAME].text, opened.catalog.pages[NAME].meta))
    assert re.findall(r'<span id="(t\d+)"></span>\s*<a class="cn-time"', html) == ["t69", "t122", "t3600"]
    assert "kangaroo" in html and "t=122s" in html


def test_a_hidden_text_shows_headings_and_times_alone(mini):
    opened = project(mini, HEAD + "publish: index\n")
    page = opened.catalog.pages[NAME]
    html = render(opened, NAME, shown(page.path.read_text().partition("---\n# ")[2], page.meta))
    assert re.findall(r'<span id="(t\d+)"></span>\s*<a class="cn-time"[^>]*t=(\d+)s"', html) == [
        ("t69", "69"), ("t122", "122"), ("t3600", "3600"),
    ]  # fmt: skip
    assert "</a> Embeddings … Their rank</li>" in html
    for word in ("Welcome", "lookup", "Nothing else", "kangaroo", "wombat"):
        assert word not in html and word not in page.text
    assert page.text.split("\n")[:6] == page.path.read_text().split("\n")[:6], "the front matter stays"
    assert page.text.count("\n") == page.path.read_text().count("\n"), "and lines stay where they were"


def test_headings_mean_nothing_to_markdown():
    text = shown("[0:01:00]\n\n## `a_b` <script> [x] $y$\n", {"publish": "index"})
    assert r"a\_b &lt;script&gt; \[x\] \$y\$" in text


@pytest.mark.parametrize("head", ["---\n", "\n---\n"])
def test_a_line_of_text_is_not_a_heading_because_of_a_line_below_it(head):
    assert "secret" not in public(f"[0:01:00]\n\nA secret{head}\n[0:02:00]\n")
    assert "secret" not in shown(f"[0:01:00]\n\nA secret{head}\n[0:02:00]\n", {"publish": "index"})


# ---------------------------------------------------------------- words
def spoken(count: int, start: int = 0) -> str:
    return " ".join(f"q{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(start, start + count))


def test_the_words_of_a_segment_are_sorted_and_stand_once():
    text = f"[0:01:00]\n\nThe zebra sees a zebra. It's the Apple’s {spoken(30)} apple.\n"
    ((segment, words),) = index(parse(text, Path("a.md"))[0])
    assert segment.start == 60 and words == sorted(set(words)) and words.count("zebra") == 1
    assert {"apple", "apple's", "qaa"} < set(words) and not {"the", "a", "it's"} & set(words)
    assert blocks(["apple", "axe", "bee"]) == "<p>apple axe</p><p>bee</p>"


def test_segments_of_few_words_are_merged():
    lines = "".join(f"[0:0{n}:00]\n\n{spoken(10, 10 * n)}\n\n" for n in range(1, 8))
    found = list(index(parse(lines, Path("a.md"))[0]))
    assert [segment.start for segment, _ in found] == [60, 240]
    assert [len(words) for _, words in found] == [30, 40], "the rest is merged with the last"
    assert [words for _, words in index(parse("[0:01:00]\n\nOne short sentence.", Path("a.md"))[0])] == [[]]


def test_a_sentence_without_spaces_is_not_a_word():
    text = f"[0:01:00]\n\n今日は天気がいいですね {spoken(30)}"
    assert all(word.isascii() for _, words in index(parse(text, Path("a.md"))[0]) for word in words)


def test_a_hidden_text_is_nowhere_on_the_site(mini):
    """No two of its words follow each other as they did, on no page and not in the search index."""
    sentence = f"Then a kangaroo borrowed the quixotic trombone while {spoken(30)}"
    opened = project(mini, HEAD + "publish: index\n", f"# Lecture 8\n\n[0:01:00]\n\n## Animals\n\n{sentence}.\n")
    site = whole(opened, "https://notes.example.org/a/")
    words = re.findall(r"\w+", sentence.lower())
    pairs = [f"{a} {b}".encode() for a, b in pairwise(words) if sorted((a, b)) != [a, b]]
    assert len(pairs) > 3
    for path in (path for path in site.rglob("*") if path.is_file() and "assets" not in path.parts):
        raw = path.read_bytes().lower()
        assert not [pair for pair in pairs if pair in raw], path
        if b"kangaroo" in raw:
            assert path.name == "search_index.json"
    entries = json.loads((site / "search/search_index.json").read_text())["docs"]
    (entry,) = [entry for entry in entries if "kangaroo" in entry["text"]]
    assert entry["location"] == "lessons/dl2022/lesson8/ana/#t60" and entry["tags"] == ["Lecture"]
    assert entry["title"] == "Animals, lecture 8 (Practical Deep Learning 2022) at 0:01:00"
    html = (site / "lessons/dl2022/lesson8/ana/index.html").read_text()
    assert 'id="t60"' in html and "Animals" in html


def test_a_transcript_of_a_lecture_that_is_not_listed_is_not_in_the_search(mini):
    write(mini.docs / NAME, f"{HEAD}publish: index\n---\n[0:01:00]\n\nkangaroo {spoken(30)}\n")
    opened_at(mini)
    write(mini.courses, COURSES.replace("title: Convolutions", "title: Convolutions\n      visibility: unlisted"))
    site = whole(Project(discover(mini)))
    assert "kangaroo" not in (site / "search/search_index.json").read_text()


# ---------------------------------------------------------------- a real one
def test_a_real_transcript(mini):
    path = source("003")
    text = path.read_text(encoding="utf-8")
    found, problems = parse(text, path)
    starts = [segment.start for segment in found if segment.start is not None]
    assert problems == [] and len(starts) == text.count("\n[0") and starts == sorted(set(starts))
    sentences = [line for line in text.split("\n") if len(line) > 60 and not line.startswith("#")]
    for output in (shown(text, {"publish": "index"}), public(text)):
        assert len(sentences) > 100 and not [line for line in sentences if line[:50] in output]
    opened = project(mini, HEAD, text)
    began = time.perf_counter()
    html = render(opened, NAME, shown(text, {}))
    assert html.count('class="cn-time"') == len(starts) and time.perf_counter() - began < 10


def test_a_long_transcript_is_rendered_in_a_moment(mini):
    lines = [f"[{n // 60}:{n % 60:02}:00]\n\n## Part {n}\n\n{spoken(200)}\n" for n in range(375)]
    opened = project(mini, HEAD, "\n".join(lines))
    began = time.perf_counter()
    page = opened.catalog.pages[NAME]
    render(opened, NAME, shown(page.text, page.meta))
    assert time.perf_counter() - began < 10
    assert hidden(page.meta) is False and transcripts.is_transcript(page.meta)
