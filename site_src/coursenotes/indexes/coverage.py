"""What is covered, and what is wanted: course by lecture by topic, and then what a newcomer could begin with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape

from coursenotes import indexes
from coursenotes.claims import verdicts
from coursenotes.evidence.html import ROOT, claim_link, experiment_link, front_matter, page_title, page_url, table
from coursenotes.found import ExperimentInfo, PageInfo
from coursenotes.knowledge import dated
from coursenotes.knowledge.lectures import Lecture
from coursenotes.knowledge.visibility import entries
from coursenotes.knowledge.wanted import Wanted
from coursenotes.layout import Layout
from coursenotes.markdown.claims import WORDS, overall
from coursenotes.pagetext import prose
from coursenotes.plan import Library
from coursenotes.references import Malformed, parse_time, write_time

SIZES = {"small": "A first contribution", "medium": "Some days of work", "large": "Projects"}
INLINE = 4  # notes of a lecture that are named at once; more are folded

_CORRECTION = re.compile(r"^[ \t>]*(?:!!!|\?\?\?\+?)[ \t]+(?:erratum|refuted)\b", re.MULTILINE)


def page(library: Library) -> str:
    """The overview as Markdown, of what is listed."""
    parts = [
        *front_matter(
            "What is covered, and what is wanted",
            "Which lectures have a page, which notes treat them, and what is wanted",
        ),
        "",
    ]
    parts += ["# What is covered, and what is wanted", ""]
    parts += ["Every lecture with the notes that treat it, and then what nobody has written, checked or run yet.", ""]
    wants = _wants(library)
    if wants:
        parts += [f"To write something yourself, begin at [what is wanted](#what-is-wanted): {_sum(wants)}.", ""]
    parts += [_counts(library), ""]
    covered = list(_covered(library, wants))
    parts += ["## What is covered", "", *covered] if covered else []
    parts += _wanted(library, wants)
    return "\n".join(parts)


# ---------------------------------------------------------------- what there is
def _counts(library: Library) -> str:
    """Pages, lectures, claims, experiments and corrections, counted."""
    known = library.knowledge
    lectures = [lecture for lecture in known.lectures.all() if known.visibility.lecture(lecture)]
    told = sum(1 for lecture in lectures if _lesson(library, lecture))
    treated = sum(1 for lecture in lectures if _notes(library, lecture))
    concepts = sum(1 for info in known.visibility.pages if Layout.is_concept(info.name))
    statuses = Counter(_status(library, name) for name in _claims(library))
    said = ", ".join(f"{statuses[status]} {word}" for status, word in WORDS.items() if statuses[status])
    full = _with_full_scale(library)
    run = sum(1 for info in full if library.results(info.id, "full") is not None)
    corrections = sum(len(_CORRECTION.findall(prose(info.text))) for info in known.visibility.pages
                      if Layout.is_note(info.name))  # fmt: skip
    facts = [
        ("Lectures", f"{len(lectures)}, of which {told} {_has(told)} a page, and {treated} {_has(treated)} notes"),
        ("Concepts", str(concepts)),
        ("Claims", f'{said}; <a href="{ROOT}evidence/claims/">all claims</a>' if said else "none"),
        ("Experiments", f"{len(_experiments(library))}; {run} of the {len(full)} with a full scale were run at it"),
        ("Corrections", _linked(str(corrections), "errata") if corrections else "none"),
    ]  # fmt: skip
    return f'<dl class="cn-facts">{"".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)}</dl>'


def _covered(library: Library, wants: list[Wanted]) -> Iterator[str]:
    """A table for each course: its lectures, the notes that treat them, what is wanted of them."""
    known = library.knowledge
    for course in known.lectures.courses.values():
        rows, bare = [], []
        for lecture in (lecture for lecture in course.lectures if known.visibility.lecture(lecture)):
            treated, missing = _treated(library, lecture), _wanted_of(library, wants, lecture)
            if treated or missing or _lesson(library, lecture) or _versions(library, lecture):
                rows.append(("", [_name(library, lecture), treated or "–", missing or "–"]))
            else:
                bare.append(_name(library, lecture))
        if rows or bare:
            yield from (f"### {course.title}", "")
        if rows:
            yield from (table(["lecture", "notes", "wanted"], rows, course.title), "")
        if bare:
            yield from (f'<p class="cn-bare-lectures">Nothing yet on {"; ".join(bare)}.</p>', "")


def _name(library: Library, lecture: Lecture) -> str:
    """A lecture's number and title, leading to its page, and how many versions of notes there are beside it."""
    lesson, versions = _lesson(library, lecture), _versions(library, lecture)
    title = escape(lecture.title)
    found = f'<a href="{escape(page_url(lesson.name))}">{title}</a>' if lesson else title
    more = f"<br><small>{versions} version{'s' * (versions != 1)}</small>" if versions else ""
    return f'<span id="{_slug(lecture.id)}">{escape(lecture.name)}.&nbsp;{found}</span>{more}'


def _versions(library: Library, lecture: Lecture) -> int:
    """How many listed versions of a lecture's notes there are."""
    names = [info.name for info in library.knowledge.visibility.pages if Layout.is_version(info.name)]
    return sum(library.knowledge.lectures.of_lesson(Layout.lesson_of(name) or "") == lecture for name in names)


def _treated(library: Library, lecture: Lecture) -> str:
    notes = [
        f'<a href="{escape(page_url(info.name))}">{escape(page_title(info))}</a>' for info in _notes(library, lecture)
    ]
    if len(notes) <= INLINE:
        return ", ".join(notes)
    return f'<details class="cn-fold"><summary>{len(notes)} notes</summary>' + ", ".join(notes) + "</details>"


def _wanted_of(library: Library, wants: list[Wanted], lecture: Lecture) -> str:
    found = [want for want in wants if any(lecture == there for there, _ in want.places(library.knowledge.lectures))]
    return ", ".join(f'<a href="#{_anchor(want)}">{escape(want.title)}</a>' for want in found)


# ---------------------------------------------------------------- what there is not
def _wanted(library: Library, wants: list[Wanted]) -> Iterator[str]:
    """Everything that is missing: topics by size, then lessons, drafts, checks and runs."""
    groups = [
        *(_sized(library, wants, size) for size in SIZES),
        _lessons(library), _drafts(library), _unchecked(library), _never_run(library), _past_review(library),
    ]  # fmt: skip
    groups = [group for group in groups if group]
    yield from ("## What is wanted", "")
    if not groups:
        yield "Nothing that is on a list."
        return
    yield "Take what you like: nobody has to be asked, and nothing is reserved."
    there = "contribute/index.md" in library.site.pages
    minutes = "[ten minutes](../contribute/index.md)" if there else "ten minutes"
    yield "A note is three files of one name, and `coursenotes new` starts them;"
    yield f"{minutes} are enough to see how that goes, and no GPU is needed."
    yield "Below each question stand the lectures that raise it, and what to begin with."
    yield ""
    for group in groups:
        yield from group


def _sized(library: Library, wants: list[Wanted], size: str) -> list[str]:
    """The topics of one size under a heading, as a list of questions."""
    found = [want for want in wants if want.size == size]
    if not found:
        return []
    parts = [f"### {SIZES[size]}", "", '<div class="cn-wanted" markdown="1">', ""]
    for want in found:
        told = [_place(lecture, at) for lecture, at in want.places(library.knowledge.lectures)]
        start = f"`coursenotes new {want.name}`" if want.kind == "concept" else f"`docs/{want.page}`"
        parts += [f"- **{want.title}**{{ #{_anchor(want)} }}", f"    {want.what}", ""]
        parts += [f"    {' '.join([*told, start])}", "    { .cn-begin }", ""]
    return [*parts, "</div>", ""]


def _place(lecture: Lecture, at: int | None) -> str:
    """A link to the second of a lecture, or to its start."""
    if at is None:
        return f"[{lecture.id}](lecture:{lecture.id})"
    return f"[{lecture.id}, {write_time(at)}](lecture:{lecture.id}@{write_time(at)})"


def _lessons(library: Library) -> list[str]:
    """The lectures without a page, course by course."""
    known = library.knowledge
    missing: dict[str, list[str]] = {}
    for lecture in known.lectures.all():
        if known.visibility.lecture(lecture) and not _lesson(library, lecture):
            missing.setdefault(known.lectures.courses[lecture.course].title, []).append(
                f'<a href="#{_slug(lecture.id)}">{escape(lecture.name)}</a>'
            )
    items = [f"- {course}: {', '.join(names)}" for course, names in missing.items()]
    if not items:
        return []
    return ["### Lessons without a page", "",
            "A lesson page tells a lecture in its own order, with its seconds; the notes do the measuring.",
            "Notes that you took yourself are welcome beside it.", "", *items, ""]  # fmt: skip


def _drafts(library: Library) -> list[str]:
    pages = [info for info in library.knowledge.visibility.pages if str(info.meta.get("state", "")) == "draft"]
    return _list(
        "Drafts", "Written, and not yet read by a second person.",
        [f'<a href="{escape(page_url(info.name))}">{escape(page_title(info))}</a>' for info in pages],
    )  # fmt: skip


def _unchecked(library: Library) -> list[str]:
    names = [name for name in _claims(library) if _status(library, name) == "unchecked"]
    links = [claim_link(library, library.site.claims[name]) for name in names]
    return _list(
        "Claims not checked", "What they rest on has changed or was not run since: a build checks them.", links
    )


def _never_run(library: Library) -> list[str]:
    names = [info.id for info in _with_full_scale(library) if library.results(info.id, "full") is None]
    return _list(
        "Experiments never run at full scale", "Each runs on the data of its lecture with <code>nox -s train</code>.",
        [experiment_link(name) for name in names],
    )  # fmt: skip


def _past_review(library: Library) -> list[str]:
    due = dated.due(library.knowledge.visibility.pages, library.knowledge.today)
    items = [
        f'{escape(fact.sentence)} <a href="{escape(page_url(fact.page.name))}">{escape(page_title(fact.page))}</a>, '
        f"as of {dated.words(fact.day)}, was due on {dated.words(fact.review)}"
        for fact in due
    ]
    return _list("Values past their review", "Look each up again, and write the new value with its day.", items)


def _list(title: str, opening: str, items: list[str]) -> list[str]:
    """A heading, a sentence and a list; nothing where there are no items. Opening and items are HTML."""
    if not items:
        return []
    return [f"### {title}", "", f"<p>{opening}</p><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>", ""]


# ---------------------------------------------------------------- looking up
def _wants(library: Library) -> list[Wanted]:
    """What is wanted and not there yet, as far as all the lectures that it names are listed."""
    known = library.knowledge
    return [
        want for want in known.wanted
        if want.page not in library.site.pages
        and all(known.visibility.lecture(lecture) for lecture, _ in want.places(known.lectures))
    ]  # fmt: skip


def _lesson(library: Library, lecture: Lecture) -> PageInfo | None:
    """The listed page that is the lecture's own."""
    found = (info for info in library.knowledge.visibility.pages if Layout.lesson_of(info.name) == info.name)
    return next((info for info in found if library.knowledge.lectures.of_lesson(info.name) == lecture), None)


def _notes(library: Library, lecture: Lecture) -> list[PageInfo]:
    """The listed notes that treat a lecture, in its order; without its own page, versions of it and indexes."""
    lectures = library.knowledge.lectures
    found: list[tuple[int, str, PageInfo]] = []
    for info in library.knowledge.visibility.pages:
        if not Layout.is_note(info.name) or Layout.is_index(info.name) or lectures.of_lesson(info.name) == lecture:
            continue
        named = [str(entry) for entry in entries(info.meta)]
        named += [reference.target for reference in info.references if reference.scheme == "lecture"]
        times = [_seconds(entry) for entry in named if _lecture(library, info, entry) == lecture]
        if times:
            found.append((times[0], page_title(info), info))
    return [info for _, _, info in sorted(found, key=lambda each: each[:2])]


def _lecture(library: Library, info: PageInfo, entry: str) -> Lecture | None:
    """The lecture of dl2022/8@1:08:22, or of @1:08:22 on a page."""
    code = entry.partition("@")[0]
    lectures = library.knowledge.lectures
    return lectures.get(code) if code else lectures.of_page(info.name, info.meta)


def _seconds(entry: str) -> int:
    time = entry.partition("@")[2]
    try:
        return parse_time(time) if time else 0
    except Malformed:
        return 0


def _claims(library: Library) -> list[str]:
    return [name for name in sorted(library.site.claims) if library.knowledge.visibility.claim(name)]


def _status(library: Library, claim: str) -> str:
    return overall(verdicts.best(library, claim))


def _experiments(library: Library) -> list[ExperimentInfo]:
    known = library.site.experiments
    return [known[name] for name in sorted(known) if library.knowledge.visibility.experiment(name)]


def _with_full_scale(library: Library) -> list[ExperimentInfo]:
    return [info for info in _experiments(library) if "full" in info.scales]


# ---------------------------------------------------------------- words
def _sum(wants: list[Wanted]) -> str:
    """How many topics of each size: 10 first contributions, 21 of some days, 9 projects."""
    counts = Counter(want.size for want in wants)
    words = {
        "small": ("first contribution", "first contributions"),
        "medium": ("topic for some days", "topics for some days"),
        "large": ("project", "projects"),
    }
    return ", ".join(f"{counts[size]} {words[size][counts[size] != 1]}" for size in SIZES if counts[size])


def _linked(text: str, name: str) -> str:
    """Text that leads to another page of the section, where there is one of that name."""
    return f'<a href="{ROOT}reference/{name}/">{text}</a>' if f"reference/{name}.md" in indexes.PAGES else text


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _anchor(want: Wanted) -> str:
    return f"wanted-{_slug(want.name)}"


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name)
