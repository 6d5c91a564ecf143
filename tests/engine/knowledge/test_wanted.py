"""The list of wanted pages, and mistakes in it."""

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.knowledge.lectures import wanted
from tests.engine.rendering import opened_at, write

GOOD = """
momentum:
  title: Momentum
  what: Why does a step that
    remembers the last ones arrive sooner?
  lectures: ["dl2022/8@0:10:00", DL1v5L8]
  size: small
dl2022/lesson9:
  title: Lesson 9
  what: The lecture in its own order.
  kind: lesson
  size: large
"""


def told(mini, text: str, **pages: str) -> list[str]:
    """What is wrong with a list, among all that is known."""
    for name, page in pages.items():
        write(mini.docs / f"concepts/{name}.md", page)
    write(mini.wanted, text)
    return [str(problem) for problem in opened_at(mini).knowledge.problems()]


def test_the_list_is_read_in_its_order(mini):
    write(mini.wanted, GOOD)
    project = opened_at(mini)
    momentum, lesson = project.knowledge.wanted
    assert momentum.what == "Why does a step that remembers the last ones arrive sooner?"
    assert (momentum.page, lesson.page) == ("concepts/momentum.md", "lessons/dl2022/lesson9.md")
    assert (momentum.kind, momentum.size, lesson.kind, lesson.lectures) == ("concept", "small", "lesson", ())
    places = momentum.places(project.knowledge.lectures)
    assert [(lecture.id, at) for lecture, at in places] == [("dl2022/8", 600), ("dl2022/8", None)]
    assert not list(project.knowledge.problems())


def test_without_a_list_nothing_is_wanted(mini):
    assert opened_at(mini).knowledge.wanted == ()
    assert told(mini, "# nothing\n") == []


def test_a_page_that_is_there_is_wanted_no_more(mini):
    problem, *more = told(mini, GOOD, momentum="---\ntitle: Momentum\n---\n")
    assert "wanted.yml:2: momentum is wanted, and docs/concepts/momentum.md exists" in problem
    assert "remove it from the list" in problem
    assert not more


@pytest.mark.parametrize(
    ("entry", "what", "fix"),
    [
        ("dl2022/88@0:10:00", 'no lecture "dl2022/88"', "write dl2022/8@0:10:00"),
        ("dl2022/88", 'no lecture "dl2022/88"', "write dl2022/8"),
        ("dl2022/8@0:61:00", "0:61:00 is not a time", "1:01:00"),
        ("dl2022/8@2:00:00", "2:00:00 is after the end of dl2022/8, which lasts 1:36:55", ""),
    ],
)
def test_a_lecture_or_a_time_that_there_is_not(mini, entry, what, fix):
    problem, *more = told(mini, GOOD.replace("dl2022/8@0:10:00", entry))
    assert problem.startswith(f"{mini.wanted}:2: ") and what in problem and fix in problem
    assert not more


def test_all_mistakes_in_the_form_are_reported_at_once(mini):
    write(mini.wanted, """
Big-Thing:
  title: [not, a, text]
  sizes: small
lesson9:
  kind: leson
  what: Something.
  title: Lesson
  size: smal
momentum:
  title: Momentum
  what: Why?
  size: small
  lectures: dl2022/8
""")  # fmt: skip
    with pytest.raises(CoursenotesError) as error:
        wanted.load(mini.wanted)
    found = [(problem.line, problem.what, problem.fix) for problem in error.value.problems]
    assert [(line, what) for line, what, _ in found] == [
        (2, "Big-Thing has no title"),
        (2, "Big-Thing has no what"),
        (2, "Big-Thing has no size"),
        (2, "'Big-Thing' is not a name of a concept"),
        (3, "title of Big-Thing is not a text"),
        (4, "Big-Thing has no field 'sizes'"),
        (5, "kind of lesson9: leson is not one of: concept, lesson"),
        (5, "size of lesson9: smal is not one of: small, medium, large"),
        (14, "lectures of momentum is not a list of lectures"),
    ]
    assert [fix for _, _, fix in found if fix and ("kind" in fix or "smal" in fix)][-2:] == [
        "write kind: lesson", "write size: small",
    ]  # fmt: skip
