"""The lines above a page's text: whether they can be read, name fields that there are, and name what exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from coursenotes.discover import yaml_text
from coursenotes.discover.catalog import Catalog, PageInfo
from coursenotes.discover.text.prose import FRONT_MATTER
from coursenotes.discover.text.references import Malformed, parse_time, write_time
from coursenotes.errors import Problem, nearest, some
from coursenotes.knowledge.lectures import lectures as courses
from coursenotes.knowledge.lectures.lectures import Lectures
from coursenotes.knowledge.links import subjects

FIELDS = {
    "title": "names the page",
    "description": "a sentence for search engines",
    "lectures": "the lectures that treat it, each with a time",
    "authors": "who wrote it, by their names in people.yml",
    "sources": "what it rests on beside its lectures",
    "licence": "where it is not the project's own",
    "kind": "of a version: summary, transcript or topic notes",
    "state": "draft or reviewed",
    "publish": "of a transcript: text, or index where its text is not to be published",
    "lists": "section: an index page that lists its folder",
    "scale": "full where its figures, numbers and tables are of the published results",
    "subjects": "of an index page: the headings that its folder's pages stand under",
    "subject": "the heading that it stands under",
    "needs": "the concepts that it takes for granted",
    "was": "addresses that it had before",
    "visibility": "listed or unlisted",
    "release": "the day from which it is listed",
    "hide": "parts of the page that the theme leaves out",
    "search": "how the theme's search treats it",
}


_FIELD = re.compile(r"[ ]{0,3}[A-Za-z0-9_-]+:")  # on a page without front matter, as mkdocs has it


def problems(catalog: Catalog, lectures: Lectures) -> Iterator[Problem]:
    """What is wrong with the front matter of every page."""
    for page in catalog.pages.values():
        yield from _head(page)
        yield from yaml_text.problems(page)
        yield from _subjects(catalog, page)
        yield from _lectures(page, lectures)


def _head(page: PageInfo) -> Iterator[Problem]:
    """What is wrong with the lines before the text: marks that hide them, a field that is nearly one of ours."""
    if page.text.startswith("\ufeff"):
        yield Problem("begins with a byte order mark, which hides its front matter", page.path, 1, (),
                       "save it as UTF-8 without BOM")  # fmt: skip
    elif re.match(r"---[ \t]*\n\w+:", page.text) and not FRONT_MATTER.match(page.text):
        yield Problem("front matter is not closed", page.path, 1, (), "end it with a line of ---")
    elif page.name.endswith(".md") and _FIELD.match(page.text):
        yield Problem("its first line reads like a field, and mkdocs would leave it out", page.path, 1, (),
                      "begin with a heading, or with front matter between lines of ---")  # fmt: skip
    for field in ("title", "description"):
        if re.search(r"<\s*[/!A-Za-z]", str(page.meta.get(field, ""))):
            yield Problem(f"{field}: holds HTML, which would be that of the whole page", page.path,
                          page.line_of(field), (), "write it in words alone")  # fmt: skip
    for field in dict.fromkeys(map(str, page.meta)):
        close = nearest(field, FIELDS)
        if close and field not in FIELDS:
            yield Problem(f"no field {field}: in front matter", page.path, page.line_of(field), (), f"write {close}:")


def _subjects(catalog: Catalog, page: PageInfo) -> Iterator[Problem]:
    """A list of subjects that is none, and a page's subject that the index page beside it does not name."""
    if "subjects" in page.meta and not subjects.named(page.meta):
        yield Problem("subjects: is not a list", page.path, page.line_of("subjects"), (),
                      "write subjects: [Recommenders, Tables]")  # fmt: skip
    there = subjects.of_page(page, catalog.pages)
    given = page.meta.get("subject")
    if given is not None and str(given) not in there:
        close = nearest(str(given), there)
        yield Problem(
            f"no subject {given!r}", page.path, page.line_of("subject"),
            (f"the index page beside it names: {some(there)}",),
            f"write subject: {close}" if close else "add it to subjects: there",
        )  # fmt: skip


def _lectures(page: PageInfo, lectures: Lectures) -> Iterator[Problem]:
    """What is wrong with the lectures that a page names."""
    entries = page.meta.get("lectures")
    if entries is None:
        return
    place = page.path, page.line_of("lectures")
    if not isinstance(entries, list):
        yield Problem("lectures: is not a list", *place, (), f"write lectures: [{entries}]")
        return
    for entry in entries:
        code, _, time = str(entry).partition("@")
        if not isinstance(entry, str) or not code:
            yield Problem(f"lectures: {entry!r} is no lecture; YAML reads a bare time as a number", *place, (),
                          'write lectures: ["dl2022/8@1:08:22"]')  # fmt: skip
            continue
        try:
            seconds = parse_time(time) if time else 0
        except Malformed as error:
            yield Problem(f"lectures: {entry}: {error}", *place, (), error.fix)
            continue
        target = f"{code}@{write_time(seconds)}" if time else code
        for problem in courses.problems(lectures, target, place, page):
            yield replace(problem, fix=problem.fix and problem.fix.replace("[", "lectures: ["))
