"""The timestamp index: every topic with the times in lectures at which it is treated, what is said then, the notes."""

from __future__ import annotations

import re
import textwrap
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from coursenotes.discover.headings import page_title
from coursenotes.discover.text.addresses import write_time
from coursenotes.discover.text.tex import rendered, spelled
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures
from coursenotes.knowledge.lectures.times import Mention
from coursenotes.paths import Paths
from coursenotes.site.html import front_matter, page_link, page_url

if TYPE_CHECKING:
    from coursenotes.project import Project

NAME = "reference/times.md"
SOURCES, FEW = "Sources", 20  # a heading; the words of a phrase


def page(project: Project) -> str | None:
    """The index as Markdown, by the titles of topics; None if there are no concepts."""
    times = project.knowledge.times.topics
    if not times:
        return None
    parts = front_matter("Timestamp index", "Every topic, and the second of each lecture at which it is treated",
                         )  # fmt: skip
    parts += ["", "# Timestamp index", "",
              "Where each topic is treated, and what is said there. A time opens the lecture's video at that second. "
              "Below the times are the notes that name them, with their sections.", ""]  # fmt: skip
    lessons = project.knowledge.graph.lessons
    for name in sorted(times, key=lambda name: (_filed(page_title(project.catalog.pages[name])), name)):
        parts += [
            f"## {escape(page_title(project.catalog.pages[name]), quote=False)} {{#{topic(name)}}}",
            "",
            _topic(project, name, times[name], lessons),
            "",
        ]
    return "\n".join(parts)


def _filed(words: str) -> str:
    """The sort key of a title: "A map from sales" is sorted under M."""
    return re.sub(r"^(a|an|the) ", "", words.casefold())


def address(name: str, lecture: str, seconds: int) -> str:
    """The address of a topic's timestamp in the index, from the site's root. name: the concept's page."""
    return f"{Paths.page_url(NAME)}#{_id(name, lecture, seconds)}"


def topic(name: str) -> str:
    """A concept's name in addresses: concepts/dropout.md -> dropout."""
    return name.removeprefix("concepts/").removesuffix(".md").replace("/", "-")


def called(lectures: Lectures, lecture: Lecture) -> str:
    """A lecture in a few words: "lecture 8 (2022)", or with the course's title if several have the same year."""
    course = lectures.courses[lecture.course]
    year = str(course.more.get("year") or "")
    same = [other for other in lectures.courses.values() if str(other.more.get("year") or "") == year]
    return f"lecture {lecture.name} ({year if year and len(same) == 1 else course.title})"


def _topic(project: Project, name: str, places: list[Mention], lessons: dict[str, str]) -> str:
    rows = [
        _lecture(project, name, lecture, list(there), lessons.get(lecture))
        for lecture, there in groupby(places, lambda place: place.lecture)
    ]
    rows.append(f'<div class="cn-times__notes"><dt>Notes</dt><dd>{_notes(project, name, places)}</dd></div>')
    return f'<dl class="cn-times">{"".join(rows)}</dl>'


def _lecture(project: Project, name: str, which: str, places: list[Mention], lesson: str | None) -> str:
    """One lecture's row: its title, linked to its lesson's page if there is one, and its times."""
    lectures = project.knowledge.lectures
    lecture = lectures.get(which)
    assert lecture is not None
    words = called(lectures, lecture)
    head = f"{words[0].upper()}{words[1:]}: {lecture.title}"
    head = f'<a href="{escape(page_url(lesson))}">{escape(head)}</a>' if lesson else escape(head)
    there = [(second, list(found)) for second, found in groupby(places, lambda place: place.seconds)]
    title = page_title(project.catalog.pages[name])
    seconds = [f"{_second(name, lecture, second)} {escape(_phrase(found) or title)}" for second, found in there]
    return f"<div><dt>{head}</dt><dd><ul>{''.join(f'<li>{each}</li>' for each in seconds)}</ul></dd></div>"


def _phrase(places: list[Mention]) -> str:
    """What the notes say of a second, in the fewest words that can be read alone; "" where they say nothing.

    That is a sentence of a lesson, what a concept's page notes under its sources, or else a sentence of that page.
    """
    said = {place: _said(place.words) for place in places}
    sentences = [words for place, words in said.items() if not Paths.is_concept(place.page)]
    noted = [words for place, words in said.items() if Paths.is_concept(place.page) and place.heading == SOURCES]
    for words in (*sentences, *noted):
        if 3 <= len(words.split()) <= FEW:
            return words
    phrase = next(filter(None, (*noted, *sentences, *said.values())), "")
    return textwrap.shorten(phrase, 100, placeholder=" …")


def _said(words: str) -> str:
    """Words of a note as plain text that begins like a sentence: without citations, and without "In the lecture:"."""
    words = re.sub(r"\s*\[[^\[\]]*@\w[^\[\]]*\]", "", words).removeprefix("In the lecture: ")
    words = re.sub(r"^((and|but|or) |: )", "", rendered(spelled(words)))
    return words[:1].upper() + words[1:] if re.match(r"(?!fastai)[a-z-]+(?=[\s,:]|$)", words) else words


def _second(name: str, lecture: Lecture, seconds: int) -> str:
    """A time as a link to the video, or as text if there is no video."""
    there = f' href="{escape(video)}"' if (video := lecture.watch(seconds)) else ""
    tag = "a" if there else "span"
    return f'<{tag} class="cn-time" id="{_id(name, lecture.id, seconds)}"{there}>{write_time(seconds)}</{tag}>'


def _notes(project: Project, name: str, places: list[Mention]) -> str:
    """The concept's own page, and the sections of others that name a time for it."""
    notes = [page_link(project.catalog.pages[name])]
    others = sorted({place.page for place in places if place.page != name}, key=Paths.counted)
    for other in others:
        sections = dict.fromkeys((p.anchor, p.heading) for p in sorted(places, key=lambda p: p.line) if p.page == other)
        page = project.catalog.pages[other]
        links = [page_link(page, words, anchor) for anchor, words in sections if anchor]
        notes.append(f"{page_link(page)}: {', '.join(links)}" if links else page_link(page))
    return f"<ul>{''.join(f'<li>{note}</li>' for note in notes)}</ul>"


def _id(name: str, lecture: str, seconds: int) -> str:
    return escape(f"{topic(name)}.{lecture.replace('/', '.')}.{write_time(seconds).replace(':', '.')}")
