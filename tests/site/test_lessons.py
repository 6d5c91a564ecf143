"""The lesson pages and the concepts: a lesson leans on every concept that it treats, and asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.site.pages import Page

LESSON = "dl2022/8"


def treated() -> set[str]:
    """The concept pages whose first lecture is this lesson."""
    names = set()
    for path in (ROOT / "docs/concepts").glob("*.md"):
        lectures = yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1]).get("lectures") or [""]
        if lectures[0].partition("@")[0] == LESSON:
            names.add(path.stem)
    assert len(names) > 10
    return names


def concepts(page: Page, *within: str) -> set[str]:
    """The concepts to which links of a page lead, those inside certain elements only if any are named."""
    found = set()
    for element, href in page.links():
        if element.inside("article") and (not within or element.inside(*within)) and "/concepts/" in href:
            found.add(href.split("/concepts/")[1].partition("#")[0].strip("/"))
    return found


@pytest.fixture(scope="module")
def lesson(site: Path) -> Page:
    return Page(site, site / "lessons/dl2022/lesson8/index.html")


@pytest.fixture(scope="module")
def questions(site: Path) -> Page:
    return Page(site, site / "lessons/dl2022/lesson8_questions/index.html")


def test_the_lesson_leans_on_every_concept_that_it_treats(lesson):
    assert treated() <= concepts(lesson)


def test_every_concept_is_asked_for(questions):
    assert treated() <= concepts(questions, "details")


def test_every_question_is_answered_on_a_page(questions):
    asked = [e for e in questions.elements if e.name == "details" and "question" in e.classes()]
    assert len(asked) > 20
    answered = {e.parent and e.parent.parent for e, href in questions.links() if "/concepts/" in href}
    unanswered = [e.text for e in asked if not any(e is found for found in answered)]
    assert not unanswered


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
