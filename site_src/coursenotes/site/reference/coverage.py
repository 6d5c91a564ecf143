"""The overview of what is covered, by course and lecture, and of what is wanted, from topics to missing runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from html import escape

from coursenotes import dates
from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import UNACCEPTED, UNCHECKED, WORDS, Verdict
from coursenotes.discover.catalog import ExperimentInfo, PageInfo
from coursenotes.discover.headings import page_title
from coursenotes.discover.text.addresses import write_time
from coursenotes.knowledge.facts import dated
from coursenotes.knowledge.lectures.lectures import Lecture
from coursenotes.knowledge.lectures.wanted import Wanted
from coursenotes.paths import Paths
from coursenotes.project import Project
from coursenotes.site.html import ROOT, claim_link, experiment_link, front_matter, page_link, page_url, table
from coursenotes.site.markdown.claims import overall

SIZES = {"small": "A first contribution", "medium": "Some days of work", "large": "Projects"}
INLINE = 4  # up to so many notes of a lecture are shown unfolded


def page(project: Project) -> str:
    """The overview of everything listed, as Markdown."""
    parts = [
        *front_matter(
            "What is covered, and what is wanted",
            "Which lectures have a page, which notes treat them, and what is wanted",
        ),
        "",
    ]
    parts += ["# What is covered, and what is wanted", ""]
    parts += ["Every lecture with the notes that treat it, and then what nobody has written, checked or run yet.", ""]
    known = _Known(project)
    if known.wants:
        parts += [f"To write something yourself, begin at [what is wanted](#what-is-wanted): {_sum(known.wants)}.", ""]
    parts += [_counts(known), ""]
    covered = list(_covered(known))
    parts += ["## What is covered", "", *covered] if covered else []
    parts += _wanted(known)
    return "\n".join(parts)


# ---------------------------------------------------------------- covered
def _counts(known: _Known) -> str:
    """Pages, lectures, claims, experiments and corrections, counted."""
    lectures = [lecture for lecture in known.lectures.all() if known.visibility.lecture(lecture)]
    told = sum(lecture.id in known.lessons for lecture in lectures)
    treated = sum(lecture.id in known.notes for lecture in lectures)
    concepts = sum(Paths.is_concept(info.name) for info in known.visibility.pages)
    statuses = Counter(known.statuses.values())
    said = ", ".join(f"{statuses[status]} {word}" for status, word in WORDS.items() if statuses[status])
    full = sum("full" in info.scales for info in known.experiments)
    run = full - len(known.never_run)
    corrections = sum(known.visibility.page(box.page.name) for box in known.project.knowledge.errata)
    facts = [
        ("Lectures", f"{len(lectures)}, of which {told} {_has(told)} a page, and {treated} {_has(treated)} notes"),
        ("Concepts", str(concepts)),
        ("Claims", f'{said}; <a href="{ROOT}evidence/claims/">all claims</a>' if said else "none"),
        ("Experiments", f"{len(known.experiments)}; {run} of the {full} with a full scale were run at it"),
        ("Corrections", f'<a href="{ROOT}reference/errata/">{corrections}</a>' if corrections else "none"),
    ]
    return f'<dl class="cn-facts">{"".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)}</dl>'


def _covered(known: _Known) -> Iterator[str]:
    """A table for each course: its lectures, the notes that treat them, the topics wanted."""
    for course in known.lectures.courses.values():
        rows, bare = [], []
        for lecture in (lecture for lecture in course.lectures if known.visibility.lecture(lecture)):
            treated, missing = _treated(known, lecture), _wanted_of(known, lecture)
            if treated or missing or lecture.id in known.lessons or known.versions[lecture.id]:
                rows.append(("", [_name(known, lecture), treated or "–", missing or "–"]))
            else:
                bare.append(_name(known, lecture))
        if rows or bare:
            yield from (f"### {course.title}", "")
        if rows:
            cells = table(["lecture", "notes", "wanted"], rows, course.title)
            yield from (f'<div class="cn-stack cn-stack--covered">{cells}</div>', "")
        if bare:
            yield from (f"<p>Nothing yet on {'; '.join(bare)}.</p>", "")


def _name(known: _Known, lecture: Lecture) -> str:
    """A lecture's number and title, with a link to its page, and the number of other versions of its notes."""
    lesson, versions = known.lessons.get(lecture.id), known.versions[lecture.id]
    title = escape(lecture.title)
    found = f'<a href="{escape(page_url(lesson))}">{title}</a>' if lesson else title
    more = f"<br><small>{versions} version{'s' * (versions != 1)}</small>" if versions else ""
    given = f"<br><small>{dates.write(dates.parse(lecture.more['date']))}</small>" if lecture.more.get("date") else ""
    return f'<span id="{_slug(lecture.id)}">{escape(lecture.name)}.&nbsp;{found}</span>{given}{more}'


def _treated(known: _Known, lecture: Lecture) -> str:
    """The notes that treat a lecture; many of them folded."""
    notes = [page_link(info) for info in known.notes.get(lecture.id, [])]
    if len(notes) <= INLINE:
        return ", ".join(notes)
    return f'<details class="cn-fold"><summary>{len(notes)} notes</summary>{", ".join(notes)}</details>'


def _wanted_of(known: _Known, lecture: Lecture) -> str:
    found = [want for want in known.wants if any(lecture == there for there, _ in want.places(known.lectures))]
    return ", ".join(f'<a href="#{_anchor(want)}">{escape(want.title)}</a>' for want in found)


# ---------------------------------------------------------------- wanted
def _wanted(known: _Known) -> Iterator[str]:
    """Everything that is missing: topics by size, then lessons, drafts, checks and runs."""
    groups = [*(_sized(known, size) for size in SIZES), _lessons(known), _drafts(known), _unchecked(known)]
    groups += [_unaccepted(known), _never_run(known), _past_review(known)]
    groups = [group for group in groups if group]
    yield from ("## What is wanted", "")
    if not groups:
        yield "Nothing that is on a list."
        return
    yield "Take what you like: nobody has to be asked, and nothing is reserved."
    there = "contribute/index.md" in known.project.catalog.pages
    minutes = "[ten minutes](../contribute/index.md)" if there else "ten minutes"
    yield "A note is three files of one name, and `coursenotes new` starts them;"
    yield f"{minutes} are enough to see how that goes, and no GPU is needed."
    yield "Below each question stand the lectures that raise it, and what to begin with."
    yield ""
    for group in groups:
        yield from group


def _sized(known: _Known, size: str) -> list[str]:
    """The topics of one size under a heading, as a list of questions."""
    found = [want for want in known.wants if want.size == size]
    if not found:
        return []
    parts = [f"### {SIZES[size]}", "", '<div class="cn-wanted" markdown="1">', ""]
    for want in found:
        told = [_place(lecture, at) for lecture, at in want.places(known.lectures)]
        start = f"`coursenotes new {want.name}`" if want.kind == "concept" else f"`docs/{want.page}`"
        parts += [f"- **{want.title}**{{ #{_anchor(want)} }}", f"    {want.what}", ""]
        parts += [f"    {' '.join([*told, start])}", "    { .cn-begin }", ""]
    return [*parts, "</div>", ""]


def _place(lecture: Lecture, at: int | None) -> str:
    """A link to the second of a lecture, or to its start."""
    if at is None:
        return f"[{lecture.id}](lecture:{lecture.id})"
    return f"[{lecture.id}, {write_time(at)}](lecture:{lecture.id}@{write_time(at)})"


def _lessons(known: _Known) -> list[str]:
    """The lectures without a page, course by course."""
    missing: dict[str, list[str]] = {}
    for lecture in known.lectures.all():
        if known.visibility.lecture(lecture) and lecture.id not in known.lessons:
            link = f'<a href="#{_slug(lecture.id)}">{escape(lecture.name)}</a>'
            missing.setdefault(known.lectures.courses[lecture.course].title, []).append(link)
    return _list(
        "Lessons without a page",
        "A lesson page tells a lecture in its own order, with its seconds; the notes do the measuring. "
        "Notes that you took yourself are welcome beside it.",
        [f"{escape(course)}: {', '.join(links)}" for course, links in missing.items()],
    )


def _drafts(known: _Known) -> list[str]:
    pages = [page_link(info) for info in known.visibility.pages if str(info.meta.get("state", "")) == "draft"]
    return _list("Drafts", "Written, and not yet read by a second person.", pages)


def _unchecked(known: _Known) -> list[str]:
    return _list(
        "Claims not checked", "What they rest on has changed or was not run since: a build checks them.",
        [_claim(known, name) for name, status in known.statuses.items() if status == UNCHECKED],
    )  # fmt: skip


def _unaccepted(known: _Known) -> list[str]:
    """The claims that wait for a replication at sample scale, which anybody can run."""
    names = [
        name for name, found in known.verdicts.items()
        if any(verdict.status == UNACCEPTED and verdict.scale == "sample" for verdict in found)
    ]  # fmt: skip
    return _list(
        "Claims not accepted yet",
        "Their replication is missing or did not suffice: <code>nox -s replicate</code>, "
        "or a claim that says less, or more seeds.",
        [_claim(known, name) for name in names],
    )


def _claim(known: _Known, name: str) -> str:
    return claim_link(known.project, known.project.catalog.claims[name])


def _never_run(known: _Known) -> list[str]:
    return _list(
        "Experiments never run at full scale", "Each runs on the data of its lecture with <code>nox -s train</code>.",
        [experiment_link(name) for name in known.never_run],
    )  # fmt: skip


def _past_review(known: _Known) -> list[str]:
    items = [
        f"{escape(fact.sentence)} {page_link(fact.page)}, "
        f"as of {dates.write(fact.day)}, was due on {dates.write(fact.review)}"
        for fact in dated.due(known.visibility.pages, known.project.knowledge.today)
    ]
    return _list("Values past their review", "Look each up again, and write the new value with its day.", items)


def _list(title: str, opening: str, items: list[str]) -> list[str]:
    """A heading, a sentence and a list; empty without items. Opening and items are HTML."""
    if not items:
        return []
    return [f"### {title}", "", f"<p>{opening}</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>", ""]


# ---------------------------------------------------------------- looking up
class _Known:
    """The facts that the page shows, each looked up once; only of listed pages and claims."""

    def __init__(self, project: Project):
        self.project, self.visibility = project, project.knowledge.visibility
        self.lectures, self.lessons = project.knowledge.lectures, project.knowledge.graph.lessons

    @cached_property
    def wants(self) -> list[Wanted]:
        """The topics that are wanted and have no page yet, if all the lectures that they name are listed."""
        return [
            want for want in self.project.knowledge.wanted
            if want.page not in self.project.catalog.pages
            and all(self.visibility.lecture(lecture) for lecture, _ in want.places(self.lectures))
        ]  # fmt: skip

    @cached_property
    def versions(self) -> Counter[str]:
        """The number of versions of a lecture's notes, by the lecture's id."""
        names = [info.name for info in self.visibility.pages if Paths.is_version(info.name)]
        lectures = (self.lectures.of_lesson(Paths.lesson_of(name) or "") for name in names)
        return Counter(lecture.id for lecture in lectures if lecture)

    @cached_property
    def notes(self) -> dict[str, list[PageInfo]]:
        """The notes that treat a lecture, by time, by its id; without its own page, its versions and index pages."""
        found: dict[str, list[tuple[int, str, PageInfo]]] = {}
        for info in self.visibility.pages:
            if not Paths.is_note(info.name) or Paths.is_index(info.name):
                continue
            first: dict[str, int] = {}
            targets = [reference.name for reference in info.references if reference.scheme == "lecture"]
            named = [*self.lectures.in_front(info), *(self.lectures.named(target, info) for target in targets)]
            for lecture, second in named:
                if lecture is not None and self.lessons.get(lecture.id) != info.name:
                    first.setdefault(lecture.id, second or 0)
            for name, seconds in first.items():
                found.setdefault(name, []).append((seconds, page_title(info), info))
        return {name: [info for *_, info in sorted(each, key=lambda e: e[:2])] for name, each in found.items()}

    @cached_property
    def verdicts(self) -> dict[str, list[Verdict]]:
        """The verdicts of every claim on a listed page, at each of its scales."""
        names = [name for name in sorted(self.project.catalog.claims) if self.visibility.claim(name)]
        return {name: verdicts.best(self.project.plan, name) for name in names}

    @cached_property
    def statuses(self) -> dict[str, str]:
        """One status for every claim on a listed page."""
        return {name: overall(found) for name, found in self.verdicts.items()}

    @cached_property
    def experiments(self) -> list[ExperimentInfo]:
        known = self.project.catalog.experiments
        return [known[name] for name in sorted(known) if self.visibility.experiment(name)]

    @cached_property
    def never_run(self) -> list[str]:
        """The experiments that have a full scale but were not run at it."""
        names = [info.id for info in self.experiments if "full" in info.scales]
        return [name for name in names if self.project.plan.results(name, "full") is None]


# ---------------------------------------------------------------- words
def _sum(wants: list[Wanted]) -> str:
    """The number of topics of each size: 10 first contributions, 21 topics for some days, 9 projects."""
    counts = Counter(want.size for want in wants)
    words = {
        "small": ("first contribution", "first contributions"),
        "medium": ("topic for some days", "topics for some days"),
        "large": ("project", "projects"),
    }
    return ", ".join(f"{counts[size]} {words[size][counts[size] != 1]}" for size in SIZES if counts[size])


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _anchor(want: Wanted) -> str:
    return f"wanted-{_slug(want.name)}"


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name)
