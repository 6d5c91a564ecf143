"""The site's search index: pages with their kind, and each figure, claim and timestamp of a lecture.

Material's search groups the entries of one page below the entry without "#", which has to come first.
It shows the tags of an entry as a label. A field of ours, which it searches but does not show, holds the words that
readers have for what a page treats; the spellings of docs/synonyms.yml are for assets/scripts/search_worker.js.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from coursenotes.claims import verdicts
from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.headings import page_title, section_of, without_marks
from coursenotes.discover.text.addresses import write_time
from coursenotes.discover.text.tex import rendered, spelled
from coursenotes.discover.transcripts import hidden
from coursenotes.figures import draw
from coursenotes.knowledge.lectures import transcripts
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site.html import topic_title
from coursenotes.site.markdown.claims import words
from coursenotes.site.reference import times

INDEX = Path("search") / "search_index.json"
LABELS = {"evidence": "Evidence", "contribute": "Contribute", "reference": "Reference"}
CONCEPT, LESSON, FIGURE, CLAIM, LECTURE, NOTES = "Concept", "Lesson", "Figure", "Claim", "Lecture", "Notes"
TERM, GLOSSARY = "Term", Paths.page_url("reference/glossary.md")
TOLD_ELSEWHERE = ("evidence/", *map(Paths.page_url, (times.NAME, "reference/news.md")))  # by entries, pages

# A match in the title counts for more than one in the text, but for less than a second matching word; with Material's
# own factor of a thousand it would count for more. A label counts like text.
# What readers call the subject of a page counts nearly as much as its title.
WORDS = "words"
FIELDS = {"title": {"boost": 20.0}, WORDS: {"boost": 15.0}, "text": {"boost": 1.0}, "tags": {"boost": 1.0}}

# Notes come before what is looked up, what is proof, and what is for those who write. By label, else by folder.
BOOSTS = {CONCEPT: 2.0, LESSON: 1.5, CLAIM: 0.4, TERM: 0.5, LECTURE: 0.6}
FOLDERS = {"concepts": 1.0, "lessons": 0.8, "reference": 0.3, "evidence": 0.3, "contribute": 0.1}

Entry = dict[str, Any]


def write(project: Project, folder: Path, address: str) -> None:
    """Rewrite the index that mkdocs' search plugin left in a site's folder, if it left one."""
    path = folder / INDEX
    if path.is_file():
        index = json.loads(path.read_text(encoding="utf-8"))
        index["docs"] = entries(project, index["docs"])
        index["config"]["fields"].update(FIELDS)
        index["config"][WORDS] = project.knowledge.synonyms.words
        path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def entries(project: Project, pages: list[Entry]) -> list[Entry]:
    """The plugin's entries of listed pages with labels, and entries of figures, claims and timestamps."""
    visible, catalog = project.knowledge.visibility, project.catalog
    unlisted = {Paths.page_url(page.name) for page in visible.unlisted}
    names = {Paths.page_url(name): page for name, page in catalog.pages.items()}
    kept = [_page(names.get(_path(entry)), entry) for entry in pages if _path(entry) not in unlisted]
    kept = [{**entry, "title": rendered(entry["title"]), "text": _in_words(entry["text"])} for entry in kept if entry]
    there = {_path(entry) for entry in kept}
    spoken = {Paths.page_url(name) for name, page in catalog.pages.items() if transcripts.is_transcript(page.meta)}
    found = [entry for entry in kept if _path(entry) not in spoken or "#" not in entry["location"]]
    used = {entry["location"] for entry in found}
    for entry in (*_figures(project), *_claims(project), *_seconds(project), *_spoken(project)):
        if "#" not in entry["location"]:
            there.add(entry["location"])
        if entry["location"] not in used and _path(entry) in there:  # one with "#" needs its page's entry
            used.add(entry["location"])
            found.append(entry)
    asked = {Paths.page_url(name): words for name, words in project.knowledge.synonyms.pages.items()}
    return [_ranked(entry, asked.get(entry["location"], ())) for entry in found]


def _ranked(entry: Entry, words: tuple[str, ...]) -> Entry:
    """An entry with its rank among others, and with what readers call its subject."""
    label, folder = next(iter(entry.get("tags", ())), ""), entry["location"].partition("/")[0]
    boost = BOOSTS.get(label, FOLDERS.get(folder, 1.0)) * entry.get("boost", 1.0)
    if label not in (TERM, LECTURE, ""):
        boost *= _short(entry["title"])
    return {**entry, "boost": round(boost, 2), **({WORDS: ", ".join(words)} if words else {})}


def _short(title: str) -> float:
    """A factor that favors short titles, which Material does not: "Dropout" before "Dropout as augmentation"."""
    return 1 + 1 / max(1, len(title.split()))


def _shown(text: str) -> str:
    """Markdown as the search shows it."""
    return escape(without_marks(spelled(text), tags=False), quote=False)


def _in_words(text: str) -> str:
    """Text of the index, which is HTML, with formulas as characters except in code."""
    parts = re.split(r"(<(code|pre)\b.*?</\2>)", text, flags=re.DOTALL)  # words, code, the name of its tag, words, …
    return "".join(rendered(part) if n % 3 == 0 else part for n, part in enumerate(parts) if n % 3 != 2)


def _path(entry: Entry) -> str:
    return str(entry["location"]).partition("#")[0]


# ---------------------------------------------------------------- pages
def _page(page: PageInfo | None, entry: Entry) -> Entry:
    """An entry of the plugin with its label; only the title for a page whose text is told elsewhere."""
    path, section = _path(entry), "#" in entry["location"]
    if path.startswith(TOLD_ELSEWHERE):
        return {} if section else {**entry, "text": "", "tags": [_label(page, path)]}
    if section and path == GLOSSARY:  # its letters are headings too
        return {} if "#letter-" in entry["location"] else {**entry, "tags": [TERM]}
    return entry if section else {**entry, "tags": [_label(page, path)]}


def _label(page: PageInfo | None, path: str) -> str:
    """The kind of the page at an address, of docs/ or generated."""
    first = path.partition("/")[0]
    if page is None or first in LABELS:
        return LABELS.get(first, "Overview")
    if Paths.is_concept(page.name):
        return CONCEPT
    if Paths.is_version(page.name):
        return "Transcript" if transcripts.is_transcript(page.meta) else NOTES
    return LESSON if Paths.lesson_of(page.name) else "Overview"


# ---------------------------------------------------------------- figures and claims
def _figures(project: Project) -> Iterator[Entry]:
    """Each figure of a listed page with its alternative text, on its concept's page or else on the first with it."""
    seen: set[str] = set()
    shown = [(page, ref) for page in project.knowledge.visibility.pages for ref in page.references]
    shown = [(page, ref) for page, ref in shown if ref.scheme == "figure" and not ref.name.endswith(draw.CURVES)]
    for page, ref in sorted(
        shown, key=lambda found: found[0].name != Paths.concept_page(found[1].name.partition(".")[0])
    ):
        if ref.name not in seen:
            seen.add(ref.name)
            section = section_of(page.text, ref.line)
            where = filter(None, [page_title(page), section and section.title])
            title = _shown(ref.text or draw.alt_text(project.plan, ref.name))
            yield {
                "location": f"{Paths.page_url(page.name)}#{ref.name}", "title": title,
                "text": _shown(" · ".join(where)),
                "tags": [FIGURE],
            }  # fmt: skip


def _claims(project: Project) -> Iterator[Entry]:
    """Each claim of a listed page: its sentence, topic and verdict; preceded by an entry for its page of evidence."""
    for claim in project.catalog.claims.values():
        if project.knowledge.visibility.claim(claim.id):
            found = verdicts.best(project.plan, claim.id)
            topic = topic_title(project, claim.topic)
            said = next((verdict.refutes for verdict in found if verdict.refutes), "")
            text = f"{topic}: {words(found)}" + (f", where the lecture says “{said}”" if said else "")
            location = Paths.claim_url(claim.topic, claim.name)
            yield {"location": location.partition("#")[0], "title": escape(f"Claims: {topic}", quote=False), "text": "",
                   "tags": [LABELS["evidence"]]}  # fmt: skip
            yield {"location": location, "title": escape(claim.sentence, quote=False),
                   "text": escape(text, quote=False), "tags": [CLAIM]}  # fmt: skip


# ---------------------------------------------------------------- lectures
def _seconds(project: Project) -> Iterator[Entry]:
    """Each timestamp of a topic, with the words of the notes there, located in the timestamp index."""
    lectures = project.knowledge.lectures
    for name, places in project.knowledge.times.topics.items():
        for (which, second), there in groupby(places, key=lambda place: (place.lecture, place.seconds)):
            lecture = lectures.get(which)
            assert lecture is not None
            here = list(there)
            said = list(dict.fromkeys(place.words for place in here if place.words))
            topic = page_title(project.catalog.pages[name])
            title = f"{topic}, {times.called(lectures, lecture)} at {write_time(second)}"
            yield {
                "location": times.address(name, which, second), "title": escape(title, quote=False),
                "text": escape("; ".join(said), quote=False), "tags": [LECTURE],
                "boost": _short(topic) * (1.25 if any(place.front for place in here) else 1.0),
            }  # fmt: skip


def _spoken(project: Project) -> Iterator[Entry]:
    """Each segment of a listed transcript: its text or, if that must not be published, only its words."""
    lectures = project.knowledge.lectures
    for page in project.knowledge.visibility.pages:
        lecture = lectures.of_page(page)
        if not transcripts.is_transcript(page.meta) or page.path.suffix != ".md" or lecture is None:
            continue
        segments, _ = transcripts.parse(page.path.read_text(encoding="utf-8"), page.path)
        if hidden(page.meta):
            told = [(segment, transcripts.blocks(found)) for segment, found in transcripts.index(segments)]
        else:
            told = [(segment, f"<p>{_shown(segment.text)}</p>") for segment in segments if segment.anchor]
        for segment, text in told:
            where = f"{times.called(lectures, lecture)} at {write_time(segment.start or 0)}"
            title = f"{segment.heading}, {where}" if segment.heading else f"{where[0].upper()}{where[1:]}"
            headings = "".join(f"<p>{_shown(each)}</p>" for each in segment.headings)
            yield {"location": f"{Paths.page_url(page.name)}#{segment.anchor}", "title": _shown(title),
                   "text": headings + text, "tags": [LECTURE]}  # fmt: skip
