"""The whole of an import: what is asked, what is guessed and why, and moving everything into place or nothing."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from coursenotes.errors import CoursenotesError, Problem, Problems, nearest, some
from coursenotes.importing import check, people, place, read
from coursenotes.importing.files import safe_name
from coursenotes.importing.notes import MANY, Note
from coursenotes.importing.tree import Report
from coursenotes.layout import Layout
from coursenotes.plan import Library, load
from coursenotes.store import write_atomic

KINDS = ("summary", "topic notes", "transcript")
SKIP = "skip"
Ask = Callable[[str], str]


@dataclass
class Options:
    """What was said on the command line; empty where nothing was."""

    source: Path
    lecture: str = ""
    author: str = ""
    author_name: str = ""
    author_url: str = ""
    licence: str = ""
    kind: str = ""
    name: str = ""
    url: str = ""
    publish: str = ""
    lectures: Path | None = None


def bring(layout: Layout, options: Options, ask: Ask | None, say: Callable[[str], None]) -> list[Report]:
    """Import a file or a folder. ask puts a question to a person, where there is one. -> a report for each note.

    Raises CoursenotesError with everything that is missing or wrong; then nothing was written.
    """
    library = load(layout)
    notes = _opened(options.source)
    _say_what(library, options, notes, ask, say)
    visibility = library.knowledge.visibility
    pages = {note.path.resolve(): note for note in notes}
    root = options.source if options.source.is_dir() else options.source.parent
    for note in notes:
        own = note.lecture is None or visibility.lecture(note.lecture)
        beside = {path: os.path.relpath(other.page, PurePosixPath(note.page).parent) for path, other in pages.items()}
        note.turn(
            library.knowledge.lectures, (lambda other, own=own: not own or visibility.lecture(other)), root, beside
        )
    with check.copied(layout) as stage:
        files = _staged(library, stage, options, notes)
        _move(layout, stage, files, say)
    return [note.report for note in notes]


# ---------------------------------------------------------------- what comes in
def _opened(source: Path) -> list[Note]:
    if not source.exists():
        raise CoursenotesError(Problem("there is no such file or folder", source))
    paths = place.readable(source, read.ENDINGS) if source.is_dir() else [source]
    if not paths:
        raise CoursenotesError(
            Problem("a folder without notes", source, details=(f"what is read: {some(read.ENDINGS)}",))
        )
    if source.is_file() and source.suffix.lower() not in read.ENDINGS:
        raise CoursenotesError(Problem(f"{source.suffix or 'a file without an ending'} is not read", source, None,
                                       (f"what is read: {some(read.ENDINGS)}",),
                                       "save it as Markdown: pandoc -t gfm writes it from most formats"))  # fmt: skip
    problems, notes = Problems(), []
    for path in paths:
        note = Note(path, Report(path))
        try:
            note.open()
            if not note.text.strip():
                problems.add("is empty", path)
            notes.append(note)
        except CoursenotesError as error:
            problems.extend(error)
    problems.raise_if_any()
    return notes


# ---------------------------------------------------------------- what it is
def _say_what(
    library: Library, options: Options, notes: list[Note], ask: Ask | None, say: Callable[[str], None]
) -> None:
    """Give every note its lecture, author, licence, kind and name; tell all that is missing at once."""
    layout, problems = library.layout, Problems()
    lectures = library.knowledge.lectures
    if not lectures.courses:
        raise CoursenotesError(Problem("names no courses", layout.courses, fix="add the course and its lectures"))
    mapped = _mapping(options, notes, problems)
    for note in list(notes):
        wanted = mapped.get(note.path, options.lecture)
        if not wanted:
            found = place.guess(note.path.stem, note.title, lectures)
            if found is not None:
                note.lecture = found[0]
                say(f"{note.path}: lecture {found[0].id}, since {found[1]}")
            elif ask is not None:
                wanted = ask(
                    f"{note.path.name}: which lecture? (such as {next(lectures.all()).id}; {SKIP} leaves it out) "
                )
        if wanted == SKIP:
            notes.remove(note)
        elif wanted:
            note.lecture = lectures.get(wanted)
            if note.lecture is None:
                close = lectures.nearest(wanted)
                problems.add(f"no lecture {wanted!r}", note.path, details=[f"there is: {some(lectures.names())}"],
                             fix=f"--lecture {close}" if close else "add it to docs/courses.yml")  # fmt: skip
        elif note.lecture is None:
            problems.add("which lecture? nothing in its name or heading says", note.path,
                         fix="--lecture dl2022/8, or for a folder --lectures FILE with lines of name: dl2022/8")  # fmt: skip
    if not notes and not problems:
        raise CoursenotesError("every file was left out: nothing is written")
    everybody = people.known(layout.people)
    for note in notes:
        author = _author(note, options, everybody, ask, say, problems)
        licence = _licence(note, options, ask, say, problems)
        kind = _kind(note, options, ask, say, problems)
        url = options.url or str(note.given.get("canonical_url") or "")
        if url and not re.fullmatch(r"https?://[^\s<>\"]+", url):
            problems.add(f"--url {url}: no address of the web", fix="--url https://…")
        if options.publish and kind and kind != "transcript":
            problems.add(f"--publish {options.publish} is for transcripts", note.path, fix="--kind transcript")
        note.title = note.title or (f"Lesson {note.lecture.name}: {note.lecture.title}" if note.lecture else "Notes")
        publish = "index" if options.publish == "index" else None
        source = {"title": note.path.name, **({"url": url} if url else {})}
        note.fields = {"title": note.title, "authors": [author], "kind": kind, "state": "draft", "licence": licence,
                       "publish": publish, "sources": [source]}  # fmt: skip
    problems.raise_if_any()
    _name(layout, library, options, notes)


def _mapping(options: Options, notes: list[Note], problems: Problems) -> dict[Path, str]:
    """Lectures by file, from a file that somebody wrote: lesson7.md: dl2017/7."""
    if options.lectures is None:
        return {}
    try:
        found = yaml.load(options.lectures.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CoursenotesError(Problem(f"cannot be read: {error}", options.lectures)) from error
    if not isinstance(found, dict):
        raise CoursenotesError(Problem("is no list of files", options.lectures, 1, fix="write lesson7.md: dl2017/7"))
    names = {note.path.relative_to(options.source).as_posix(): note.path for note in notes} if options.source.is_dir() else \
        {note.path.name: note.path for note in notes}  # fmt: skip
    for name in found:
        if name not in names:
            close = nearest(str(name), names)
            problems.add(f"{name} is none of the notes", options.lectures, fix=f"write {close}:" if close else None)
    return {names[name]: str(value) for name, value in found.items() if name in names}


def _author(note: Note, options: Options, everybody: dict, ask: Ask | None, say: Callable, problems: Problems) -> str:
    given, new = options.author, options.author_name
    own = note.given.get("author") or note.given.get("authors")
    own = own[0] if isinstance(own, list) and own else own
    own = str(own.get("name", "")) if isinstance(own, dict) else str(own or "")
    if not given and new:
        given = people.by_name(everybody, new) or people.made_id(new)
    if not given and own and (found := people.by_name(everybody, own)):
        say(f"{note.path}: by {found}, since its front matter says {own}")
        return found
    if not given and ask is not None:
        hint = f"; its front matter says {own}" if own else ""
        given = ask(
            f"{note.path.name}: who wrote it? (an id of docs/people.yml: {some(everybody, 6)}; or a name{hint}) "
        )
        found = people.by_name(everybody, given) if given else None
        if given and not found:
            new = given if not people.ID.fullmatch(given) else ask(f"{given} is new: their name? ")
            given = people.made_id(given)
        given = options.author = found or given
        options.author_name = new
    if not given:
        hint = f"; its front matter says {own}" if own else ""
        problems.add(f"who wrote it? --author is missing{hint}", note.path,
                     details=[f"docs/people.yml has: {some(everybody)}"],
                     fix=f'--author id, or for somebody new --author-name "{own or "Their Name"}"')  # fmt: skip
        return ""
    wrong = people.author_problem(everybody, given, new)
    problems.extend([wrong] if wrong else [])
    options.author, options.author_name = given, new
    return given


def _licence(note: Note, options: Options, ask: Ask | None, say: Callable, problems: Problems) -> str:
    given = options.licence
    own = str(note.given.get("license") or note.given.get("licence") or "")
    if not given and people.licence(own):
        say(f"{note.path}: {people.licence(own)}, since its front matter says {own}")
        return people.licence(own) or ""
    if not given and ask is not None:
        given = options.licence = ask(
            f"{note.path.name}: under which licence? (such as CC-BY-4.0; none if it has none) "
        )
    if not given:
        problems.add("under which licence? --licence is missing", note.path, details=people.ASK,
                     fix="--licence CC-BY-4.0, if that is what the author says")  # fmt: skip
        return ""
    wrong = people.licence_problem(given)
    problems.extend([wrong] if wrong else [])
    return people.licence(given) or ""


def _kind(note: Note, options: Options, ask: Ask | None, say: Callable, problems: Problems) -> str:
    given = options.kind
    if not given and note.times >= MANY:
        say(f"{note.path}: a transcript, since {note.times} of its lines begin with a time")
        return "transcript"
    if not given and ask is not None:
        given = ask(f"{note.path.name}: what is it? ({', '.join(KINDS)}) ")
    if given not in KINDS:
        close = nearest(given, KINDS) if given else None
        what = f"no kind {given!r}" if given else "what is it? --kind is missing"
        problems.add(what, note.path, details=[f"there is: {', '.join(KINDS)}"],
                     fix=f'--kind "{close or "topic notes"}"')  # fmt: skip
    return given


def _name(layout: Layout, library: Library, options: Options, notes: list[Note]) -> None:
    """Say where each note goes; nothing that is there is written over."""
    problems, taken = Problems(), set()
    if options.name and len(notes) > 1:
        problems.add(f"--name {options.name} is for one note, and there are {len(notes)}")
    if options.name and (wrong := place.name_problem(options.name)):
        problems.add(f"--name {options.name}: {wrong}", fix=f"--name {safe_name(options.name, 'notes')}")
    for note in notes:
        assert note.lecture is not None
        note.lesson = place.lesson(layout, note.lecture, library.knowledge.lectures)
        author = str(note.fields["authors"][0])  # type: ignore[index]
        alone = sum(other.lecture is note.lecture for other in notes) == 1
        wanted = "transcript" if note.fields["kind"] == "transcript" else safe_name(author, "notes")
        wanted = wanted if alone else safe_name(f"{author}-{note.path.stem}", "notes")
        note.name = options.name or wanted
        number = 1
        while (note.lesson, note.name) in taken:
            number += 1
            note.name = f"{wanted}-{number}"
        taken.add((note.lesson, note.name))
        if place.is_taken(layout, note.lesson, note.name):
            problems.add("is there already, and nothing is written over", layout.docs / note.page,
                         fix=f"--name {place.free_name(layout, note.lesson, note.name, set())}, or remove the old one")  # fmt: skip
    problems.raise_if_any()


# ---------------------------------------------------------------- into place
def _staged(library: Library, stage: Layout, options: Options, notes: list[Note]) -> list[str]:
    """Write everything into the copy of the project, and mend what a build would stop at. -> the files, below docs/."""
    layout, new = library.layout, {}
    everybody = people.known(layout.people)
    for note in notes:
        assert note.lecture is not None and note.files is not None
        author = str(note.fields["authors"][0])  # type: ignore[index]
        course = library.knowledge.lectures.courses[note.lecture.course]
        for name, text in ((f"lessons/{course.name}/index.md", place.course_page(course)),
                           (note.lesson, place.lesson_page(note.lecture, author))):  # fmt: skip
            if not (layout.docs / name).exists():
                new.setdefault(name, text.encode())
        for name, data in note.files.found.items():
            new[str(PurePosixPath(note.page).parent / name)] = data
        if author not in everybody:
            text = layout.people.read_text(encoding="utf-8") if layout.people.is_file() else ""
            new["people.yml"] = people.with_person(text, author, options.author_name, options.author_url).encode()
    for name, data in new.items():
        _put(stage.docs / name, data)
    for _ in range(40):
        for note in notes:
            _put(stage.docs / note.page, note.written().encode())
        found = check.problems(stage, [*new, *(note.page for note in notes)], layout.state / "parsed.json")
        by_path = {stage.docs / note.page: note for note in notes}
        changed = False
        for problem in found:
            note = by_path.get(Path(problem.path)) if problem.path else None
            changed |= note is not None and note.give_way(problem.line, problem.what)
        if not changed:
            break
    if found:
        raise CoursenotesError(*(_told(problem, by_path) for problem in found))
    for note in notes:
        note.weigh((stage.docs / note.page).read_text(encoding="utf-8"))
    return [*new, *(note.page for note in notes)]


def _told(problem: Problem, notes: dict[Path, Note]) -> Problem:
    note = notes.get(Path(problem.path)) if problem.path else None
    return Problem(
        f"the page would stop the build: {problem.what}", note.path if note else problem.path, None, problem.details,
        problem.fix or "mend that in the source, and import it again",
    )  # fmt: skip


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _move(layout: Layout, stage: Layout, files: list[str], say: Callable[[str], None]) -> None:
    """Move the files from the copy into the project: all, or none where one of them cannot be."""
    done: list[Path] = []
    made: list[Path] = []
    old = layout.people.read_bytes() if layout.people.is_file() else None
    try:
        for name in files:
            target = layout.docs / name
            if name == "people.yml":
                write_atomic(target, (stage.docs / name).read_bytes())
                continue
            for folder in reversed([p for p in target.parents if not p.exists()]):
                folder.mkdir()
                made.append(folder)
            os.link(stage.docs / name, target)  # unlike a renaming, it fails where something stands
            done.append(target)
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        if "people.yml" in files:
            layout.people.unlink(missing_ok=True) if old is None else write_atomic(layout.people, old)
        raise
    for name in files:
        say(f"wrote {(layout.docs / name).relative_to(layout.root)}")


def summary(reports: list[Report]) -> str:
    """What was turned, and what could not be, in lines of text."""
    lines: list[str] = []
    for report in reports:
        told = report.lines()
        turned = "; ".join(f"{count} {what}" for what, count in report.turned.items())
        lines += [f"{report.path}: turned {turned}"] if turned else []
        lines += told or [f"{report.path}: nothing was lost or changed in meaning"]
    return "\n".join(lines)
