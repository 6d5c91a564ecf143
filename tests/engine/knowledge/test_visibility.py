"""Visibility of a page: by its own fields, its lecture's and its course's; and forbidden links to it."""

from datetime import date

import pytest

from coursenotes.discover.project import discover
from coursenotes.knowledge.base import Knowledge
from tests.engine.rendering import opened_at, write

TODAY = date(2026, 11, 21)
COURSES = """
dl2022:
  title: Practical Deep Learning 2022
  lectures:
    8:
      title: Convolutions
    9:
      title: Not yet
      {lecture}
part3:
  title: Next year's
  {course}
  lectures:
    1:
      title: The first
"""


def known(mini, pages, lecture="codes: [nine]", course="year: 2027", today=TODAY) -> Knowledge:
    opened_at(mini)
    write(mini.courses, COURSES.format(lecture=lecture, course=course))
    for name, text in pages.items():
        write(mini.docs / name, text)
    return Knowledge(discover(mini), today)


def page(head="title: Try", text="Words."):
    return f"---\n{head}\n---\n{text}\n"


@pytest.mark.parametrize("head, listed", [
    ("title: Try", True),
    ("visibility: listed", True),
    ("visibility: unlisted", False),
    ("visibility: unlited", False),  # a slip of the pen publishes nothing
    ("release: 2026-11-20", True),
    ("release: 2026-11-21", True),
    ("release: 2026-11-22", False),
    ('release: "2026-11-22"', False),
    ("release: 2026-11-22 09:00:00", False),
    ("release: next spring", False),
    ("visibility: unlisted\nrelease: 2026-11-20", False),
])  # fmt: skip
def test_a_page_says_whether_it_is_listed(mini, head, listed):
    visibility = known(mini, {"concepts/try.md": page(head)}).visibility
    assert visibility.page("concepts/try.md") == listed
    assert ("concepts/try.md" in {p.name for p in visibility.pages}) == listed
    assert ("concepts/try.md" in {p.name for p in visibility.unlisted}) != listed


@pytest.mark.parametrize("rule", ["visibility: unlisted", "release: 2027-06-01"])
def test_a_lecture_takes_its_pages_along(mini, rule):
    names = ["lessons/dl2022/lesson9.md", "lessons/dl2022/lesson9/ana.md", "lessons/dl2022/lesson8.md"]
    visibility = known(mini, dict.fromkeys(names, page()), lecture=rule).visibility
    assert [visibility.page(name) for name in names] == [False, False, True]
    lectures = visibility.lectures
    assert not visibility.lecture(lectures.get("dl2022/9")) and visibility.lecture(lectures.get("dl2022/8"))


@pytest.mark.parametrize("rule", ["visibility: unlisted", "release: 2027-06-01"])
def test_a_course_takes_its_pages_along(mini, rule):
    names = ["lessons/part3/index.md", "lessons/part3/lesson1.md", "lessons/part3/lesson1/ana.md"]
    visibility = known(mini, dict.fromkeys(names, page()), course=rule).visibility
    assert not any(visibility.page(name) for name in names)
    assert not visibility.course("part3") and not visibility.lecture(visibility.lectures.get("part3/1"))


def test_a_release_of_the_page_does_not_overrule_the_lecture(mini):
    pages = {"lessons/dl2022/lesson9.md": page("release: 2020-01-01\nvisibility: listed")}
    assert not known(mini, pages, lecture="release: 2027-06-01").visibility.page("lessons/dl2022/lesson9.md")


def test_the_next_change_is_the_nearest_release(mini):
    pages = {"a.md": page("release: 2026-12-24"), "b.md": page("release: 2020-01-01")}
    assert known(mini, pages, "release: 2027-06-01").visibility.next_change == date(2026, 12, 24)
    assert known(mini, pages, "release: 2026-11-30").visibility.next_change == date(2026, 11, 30)
    assert known(mini, pages, course="release: 2026-11-29").visibility.next_change == date(2026, 11, 29)
    assert known(mini, pages, today=date(2027, 1, 1)).visibility.next_change is None


@pytest.mark.parametrize("link", [
    "[it](try.md)", "[it](../concepts/try.md#part)", "[it](./try.md 'title')", "[it][x]\n\n[x]: try.md",
    '<a class="x" href="../try/">it</a>', "[![picture](a.png)](try.md)",
])  # fmt: skip
def test_a_listed_page_that_links_to_one_that_is_not_is_wrong(mini, link):
    pages = {"concepts/try.md": page("visibility: unlisted"), "concepts/other.md": page(text=f"Words.\n\nSee {link}")}
    (mini.docs / "concepts" / "a.png").write_bytes(b"")
    (problem,) = known(mini, pages).problems()
    assert problem.what == "concepts/other.md is listed, and links to concepts/try.md, which is not"
    assert problem.path == mini.docs / "concepts/other.md" and problem.line >= 6
    assert problem.details == ("it is unlisted",) and "unlist this page too" in problem.fix


def test_an_unlisted_page_may_link_to_all(mini):
    head = "visibility: unlisted"
    pages = {"a.md": page(head, "[b](b.md) [home](index.md)"), "b.md": page(head, "[a](a.md)")}
    assert list(known(mini, pages).problems()) == []


@pytest.mark.parametrize("head, text", [
    ("title: x", "Said at [dl2022/9@0:10]."),
    ("title: x", "Said [then](lecture:dl2022/9@0:10)."),
    ("lectures: [dl2022/9]", "Words."),
    ('lectures: [dl2022/8, "dl2022/9@0:10:00"]', "Words."),
    ("lectures: [part3/1]", "Words."),
])  # fmt: skip
def test_a_listed_page_that_names_a_lecture_that_is_not_is_wrong(mini, head, text):
    made = known(mini, {"concepts/try.md": page(head, text)}, "release: 2027-06-01", "visibility: unlisted")
    (problem,) = made.problems()
    assert "is listed, and names the lecture" in problem.what and problem.line == (2 if "lectures" in head else 4)
    assert list(known(mini, {"concepts/try.md": page(head, text)}).problems()) == []


@pytest.mark.parametrize("head, what, fix", [
    ("visibility: unlited", "visibility: unlited is not one of: listed, unlisted", "write visibility: unlisted"),
    ("title: x\nrelease: soon", "release: soon is not a date", "write release: 2027-06-01"),
    ("release: 2026-02-30", "release: 2026-02-30 is not in the calendar", "write release: 2027-06-01"),
])  # fmt: skip
def test_fields_with_wrong_values(mini, head, what, fix):
    if "02-30" not in head:  # YAML itself has no such day: told with the page's other faults
        (problem,) = known(mini, {"a.md": page(head)}).problems()
        assert (problem.what, problem.fix, problem.line) == (what, fix, head.count("\n") + 2)
    (problem,) = known(mini, {"a.md": page()}, lecture=head.replace("title: x\n", "")).problems()
    assert (problem.what, problem.path, problem.line) == (what, mini.courses, 7)


def test_a_claim_and_an_experiment_are_listed_where_a_listed_page_asks_for_them(mini):
    visibility = known(mini, {}).visibility
    assert visibility.claim("averages.less_noisy") and visibility.experiment("averages.noise")
    text = (mini.docs / "concepts/averages.md").read_text().replace("title:", "visibility: unlisted\ntitle:")
    home = "# Home\n\nNothing.\n"
    hidden = known(mini, {"concepts/averages.md": text, "index.md": home}).visibility
    assert not hidden.claim("averages.less_noisy") and not hidden.experiment("averages.noise")
    shown = known(mini, {"index.md": f"{home}\n[It is less noisy](claim:averages.less_noisy)\n"}).visibility
    assert shown.claim("averages.less_noisy") and shown.experiment("averages.noise")
    assert not shown.claim("averages.is_the_mean")
