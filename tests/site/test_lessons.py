"""The lesson pages and the concepts: a lesson leans on every concept that it treats, and asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.site.pages import Page

# Each lesson's page, and the beginning of the lectures that it follows: the thread of 2019 goes through a whole part.
LESSONS = {"dl2022/lesson8": "dl2022/8", "dl2017/lesson7": "dl2017/7", "dl2019/lesson8": "dl2019/"}


def treated(lecture: str) -> set[str]:
    """The concept pages whose first lecture is this one."""
    names = set()
    for path in (ROOT / "docs/concepts").glob("*.md"):
        lectures = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1]).get("lectures") or [""]
        if lectures[0].partition("@")[0].startswith(lecture):
            names.add(path.stem)
    assert len(names) >= 5
    return names


def concepts(page: Page, *within: str) -> set[str]:
    """The concepts to which links of a page lead, those inside certain elements only if any are named."""
    found = set()
    for element, href in page.links():
        if element.inside("article") and (not within or element.inside(*within)) and "/concepts/" in href:
            found.add(href.split("/concepts/")[1].partition("#")[0].strip("/"))
    return found


def page_of(site: Path, name: str) -> Page:
    return Page(site, site / "lessons" / name / "index.html")


@pytest.mark.parametrize(("name", "lecture"), LESSONS.items())
def test_the_lesson_leans_on_every_concept_that_it_treats(site, name, lecture):
    assert treated(lecture) <= concepts(page_of(site, name))


@pytest.mark.parametrize(("name", "lecture"), LESSONS.items())
def test_every_concept_is_asked_for(site, name, lecture):
    assert treated(lecture) <= concepts(page_of(site, f"{name}_questions"), "details")


@pytest.mark.parametrize("name", LESSONS)
def test_every_question_is_answered_on_a_page(site, name):
    questions = page_of(site, f"{name}_questions")
    asked = [e for e in questions.elements if e.name == "details" and "question" in e.classes()]
    assert len(asked) >= 13
    answered = {e.parent and e.parent.parent for e, href in questions.links() if "/concepts/" in href}
    unanswered = [e.text for e in asked if not any(e is found for found in answered)]
    assert not unanswered


@pytest.fixture(scope="module")
def lesson(site: Path) -> Page:
    return page_of(site, "dl2022/lesson8")


def test_times_run_forward_down_the_first_table(lesson):
    """The table of parts follows the lecture, and every part begins at a time that leads to the video."""
    table = next(e for e in lesson.elements if e.name == "table")
    times = [e for e in lesson.elements if e.name == "a" and e.inside("td") and "watch?v=" in e.attributes["href"]]
    first = [e for e in times if inside(e, table)]
    seconds = [int(e.attributes["href"].rpartition("t=")[2].rstrip("s")) for e in first]
    assert len(seconds) > 8 and seconds == sorted(seconds)


def inside(element, ancestor) -> bool:
    while element is not None and element is not ancestor:
        element = element.parent
    return element is not None


@pytest.mark.parametrize(
    ("name", "times"),
    [("dl2019/lesson8", {"dl2019/5@1:54:00", "dl2019/5@0:20:24", "dl2019/3@1:52:27", "dl2019/5@0:27:57"})],
)
def test_the_times_of_the_notes_lead_into_the_video(site, name, times):
    """The note-takers wrote [DL1v3L5@1:54:00]; each leads to that second of that lecture's own video."""
    videos = {"3": "PW2HKkzdkKY", "5": "uQtTwhpv7Ew"}
    links = {e.attributes["href"] for e in page_of(site, name).elements if e.name == "a" and "cn-time" in e.classes()}
    for time in times:
        lecture, _, clock = time.removeprefix("dl2019/").partition("@")
        hours, minutes, seconds = map(int, clock.split(":"))
        assert any(
            videos[lecture] in href and f"t={hours * 3600 + minutes * 60 + seconds}" in href for href in links
        ), time


def test_the_note_takers_are_credited_as_they_sign(site):
    credit = {
        "dl2017/lesson7": ["Reshama Shaikh"],
        "dl2019/lesson8": ["Borz", "Lankinen", "WittmannF", "Hiromi Suenaga"],
    }
    for name, people in credit.items():
        foot = " ".join(e.text for e in page_of(site, name).elements if "cn-credit" in e.classes())
        assert foot and not [person for person in people if person not in foot], name
