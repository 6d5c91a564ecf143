"""How notes are connected: prerequisites, backlinks with their sections, and the order of the lectures."""

from __future__ import annotations

import pytest

from coursenotes.knowledge.links.graph import LINK, SHOWN
from coursenotes.site import frame
from tests.engine.rendering import opened_at, write

COURSES = """
new:
  title: New
  lectures:
    1: {title: One, video: aaaaaaaaaaa}
    2: {title: Two}
    3: {title: Three}
    4: {title: Four, visibility: unlisted}
old:
  title: Old
  lectures:
    1: {title: Old one}
"""


def page(title: str, body: str = "", **meta: object) -> str:
    head = "".join(f"{name}: {value}\n" for name, value in meta.items())
    return f"---\ntitle: {title}\n{head}---\n\n# {title}\n\n{body}\n"


@pytest.fixture
def graph(mini):
    """A function: pages by name -> the graph of the mini site with them."""

    def made(**pages: str):
        for name, text in pages.items():
            write(mini.docs / f"{name.replace('__', '/')}.md", text)
        project = opened_at(mini)
        write(mini.courses, COURSES)
        return project.knowledge.graph

    return made


def told(graph) -> list[str]:
    return [str(problem) for problem in graph.problems()]


# ---------------------------------------------------------------- prerequisites
def test_prerequisites_lead_both_ways_and_depths_follow(graph):
    found = graph(
        concepts__a=page("A"),
        concepts__b=page("B", prerequisites="[a, averages]"),
        concepts__c=page("C", prerequisites="[b, a]"),
    )
    assert not told(found)
    assert found.prerequisites("concepts/c.md") == ["concepts/b.md", "concepts/a.md"]
    assert found.needed_by("concepts/a.md") == ["concepts/b.md", "concepts/c.md"]
    assert {name: found.depths[f"concepts/{name}.md"] for name in "abc"} == {"a": 0, "b": 1, "c": 2}


@pytest.mark.parametrize(
    ("names", "what", "fix"),
    [
        ("[averges]", 'no concept "averges"', "write averages"),
        ("[me]", "this page itself", "remove it"),
        ("[index]", 'no concept "index"', None),
        ("[gone]", "prerequisites: gone has a new name", "write averages"),
        ("[hidden]", "is listed, and needs concepts/hidden.md, which is not", "unlist"),
    ],
)
def test_wrong_prerequisites_are_reported_with_their_line(graph, mini, names, what, fix):
    averages = (mini.docs / "concepts/averages.md").read_text()
    write(mini.docs / "concepts/averages.md", averages.replace("---\n", "---\naliases: [concepts/gone.md]\n", 1))
    found = graph(concepts__me=page("Me", prerequisites=names), concepts__hidden=page("H", visibility="unlisted"))
    (problem,) = found.problems()
    assert what in problem.what and (problem.path, problem.line) == (mini.docs / "concepts/me.md", 3)
    assert fix is None or fix in str(problem.fix)


def test_prerequisites_belong_to_concepts(graph):
    (problem,) = graph(index=page("Home", prerequisites="[averages]")).problems()
    assert "index.md is not a concept" in problem.what and problem.line == 3


def test_each_circle_is_reported_once_and_hangs_nothing(graph):
    found = graph(
        concepts__a=page("A", prerequisites="[c]"),
        concepts__b=page("B", prerequisites="[a]"),
        concepts__c=page("C", prerequisites="[b, d]"),
        concepts__d=page("D", prerequisites="[c]"),
        concepts__e=page("E", prerequisites="[a]"),
        concepts__0=page("First of all", prerequisites="[d]"),
    )
    circles = [problem.what for problem in found.problems()]
    assert circles == [
        "prerequisites: a circle: a needs c needs b needs a",
        "prerequisites: a circle: c needs d needs c",
    ]
    assert found.depths["concepts/e.md"] > 0


# ---------------------------------------------------------------- backlinks
LESSON = """See [averages](../../concepts/averages.md#x).

## Much noise, `n` small

[a line](../../concepts/averages.md) and [0.8](measured:averages.noise.error?n=1).

### Deeper

[It is the mean](claim:averages.is_the_mean)

## Sources

[averages](../../concepts/averages.md)
"""


def test_backlinks_say_where_and_how(graph):
    found = graph(
        lessons__new__lesson1=page("One", LESSON),
        concepts__a=page("A", "## Here\n\n![x](figure:averages.error_by_n)"),
        concepts__self=page("Self", "[self](self.md), [mean](averages.md)"),
        concepts__hidden=page("Hidden", "[averages](averages.md)", visibility="unlisted"),
    )
    backlinks = {each.page: each for each in found.linked_from("concepts/averages.md")}
    assert list(backlinks) == ["concepts/a.md", "concepts/self.md", "index.md", "lessons/new/lesson1.md"]
    assert backlinks["concepts/a.md"].how == {SHOWN}
    assert backlinks["concepts/self.md"].sections == ()
    lesson = backlinks["lessons/new/lesson1.md"]
    assert lesson.how == {LINK, SHOWN}
    assert [(s.title, s.anchor) for s in lesson.sections] == [
        ("Much noise, n small", "much-noise-n-small"), ("Deeper", "deeper"),
    ]  # fmt: skip
    assert found.linked_from("concepts/self.md") == []


def test_an_unlisted_page_knows_the_listed_ones_and_they_do_not_know_it(graph):
    found = graph(
        concepts__hidden=page("Hidden", prerequisites="[averages]", visibility="unlisted"),
        concepts__open=page("Open", prerequisites="[hidden]"),
        lessons__new__lesson4=page("Four", "[h](../../concepts/hidden.md)"),
    )
    assert found.prerequisites("concepts/hidden.md") == ["concepts/averages.md"]
    assert found.prerequisites("concepts/open.md") == [], "an error, and shown nowhere else"
    assert found.needed_by("concepts/averages.md") == []
    assert found.linked_from("concepts/hidden.md") == []
    assert "concepts/hidden.md" not in found.concepts and "concepts/hidden.md" not in found.depths


# ---------------------------------------------------------------- lectures
def test_a_concept_knows_what_comes_before_and_after_it_in_each_lecture(graph):
    found = graph(
        concepts__a=page("A", lectures='["new/1@0:10:00"]'),
        concepts__b=page("B", lectures='["new/1@0:20:00", "old/1@0:01:00", "new/1@0:50:00"]'),
        concepts__c=page("C", lectures='["new/1@0:30:00", "new/2", "new/4@0:10:00"]'),
        concepts__d=page("D", lectures='["old/1@0:30:00"]'),
        concepts__hidden=page("H", lectures='["new/1@0:19:00"]', visibility="unlisted"),
    )
    first, second = found.places("concepts/b.md")
    assert (first.lecture.id, first.seconds) == ("new/1", 1200)
    assert (first.before, first.after) == (("concepts/a.md", 600), ("concepts/c.md", 1800))
    assert (second.lecture.id, second.before, second.after) == ("old/1", None, ("concepts/d.md", 1800))
    assert [place.lecture.id for place in found.places("concepts/c.md")] == ["new/1"], "no time, or not listed"
    (place,) = found.places("concepts/hidden.md")
    assert (place.before, place.after) == (("concepts/a.md", 600), ("concepts/b.md", 1200))
    assert found.places("index.md") == []


def test_two_concepts_of_one_second_are_next_to_each_other(graph):
    same = '["new/1@0:10:00"]'
    found = graph(concepts__a=page("A", lectures=same), concepts__b=page("B", lectures=same))
    (a,), (b,) = found.places("concepts/a.md"), found.places("concepts/b.md")
    assert (a.before, a.after) == (None, ("concepts/b.md", 600))
    assert (b.before, b.after) == (("concepts/a.md", 600), None)


def test_a_lesson_has_the_listed_lessons_before_and_after_it(graph):
    found = graph(
        lessons__new__lesson1=page("One"), lessons__new__lesson3=page("Three"), lessons__new__lesson4=page("Four"),
        lessons__old__lesson1=page("Old"), lessons__new__lesson3__ana=page("Ana's three"),
    )  # fmt: skip
    one, three, four = (f"lessons/new/lesson{n}.md" for n in (1, 3, 4))
    assert found.neighbors(one) == (None, three)
    assert found.neighbors(three) == (one, None), "the fourth is not listed"
    assert found.neighbors(four) == (three, None)
    assert found.neighbors("lessons/old/lesson1.md") == (None, None)
    assert found.neighbors("lessons/new/lesson3/ana.md") == (None, None)


# ---------------------------------------------------------------- what the theme is told
def test_the_theme_gets_each_thing_once(graph, mini):
    found = graph(
        concepts__a=page("A <b>", "## Why\n\n[m](averages.md)", prerequisites="[averages]"),
        concepts__b=page("B", "## Why\n\n[m](averages.md)"),
        lessons__new__lesson1=page("One", LESSON),
    )
    project = opened_at(mini)
    project.knowledge.__dict__["graph"] = found
    told = frame.of_page(project, "concepts/averages.md")["links"]
    assert told["needed_by"] == [{"title": "A <b>", "url": "concepts/a/"}]
    assert [(group["kind"], [link["title"] for link in group["links"]]) for group in told["linked_from"]] == [
        ("Concepts", ["B"]), ("Lessons", ["One"]), ("Other pages", ["Mini"]),
    ]  # fmt: skip
    concepts, lessons, _ = (group["links"][0] for group in told["linked_from"])
    assert concepts["url"] == "concepts/b/#why"
    assert lessons["url"] == "lessons/new/lesson1/"
    assert lessons["sections"][1] == {"title": "Deeper", "url": "lessons/new/lesson1/#deeper"}
    assert frame.of_page(project, "concepts/index.md")["links"] == {}
    assert frame.of_page(project, "evidence/averages.noise.md")["links"] == {}
