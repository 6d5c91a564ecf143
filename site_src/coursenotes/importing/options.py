"""Decides the lecture, author, license, kind and name of a note: from the command line, from the note, or by asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.text.addresses import is_web_address
from coursenotes.errors import CoursenotesError, Problem, Problems, nearest, some
from coursenotes.importing import people, place
from coursenotes.importing.files import safe_name
from coursenotes.importing.notes import TRANSCRIPT_TIMES, Note
from coursenotes.importing.tree import unmarked
from coursenotes.knowledge.credit import licenses
from coursenotes.knowledge.credit.people import ID, People, made_id
from coursenotes.knowledge.form.front_matter import KINDS
from coursenotes.paths import Paths
from coursenotes.project import Project

SKIP = "skip"
Ask = Callable[[str], str]


@dataclass
class Options:
    """The options of the command line; empty where one was left out."""

    source: Path
    lecture: str = ""
    author: str = ""
    author_name: str = ""
    author_url: str = ""
    license: str = ""
    kind: str = ""
    name: str = ""
    url: str = ""
    publish: str = ""
    lectures: Path | None = None


def identify(
    project: Project, options: Options, notes: list[Note], ask: Ask | None, say: Callable[[str], None]
) -> None:
    """Set the lecture, author, license, kind and name of every note.

    ask puts a question to a person, where there is one; say prints what was decided, and why. Raises CoursenotesError
    with everything that is missing.
    """
    paths, problems = project.paths, Problems()
    lectures = project.knowledge.lectures
    if not lectures.courses:
        raise CoursenotesError(Problem("names no courses", paths.courses, fix="add the course and its lectures"))
    mapped = _mapping(options, notes, problems)
    for note in list(notes):
        wanted = mapped.get(note.path, options.lecture)
        if not wanted:
            guess = place.guess(note.path.stem, note.title, lectures)
            if guess is not None:
                note.lecture, why = guess
                say(f"{note.path}: lecture {note.lecture.id}, since {why}")
            elif ask is not None:
                example = next(lectures.all()).id
                wanted = ask(f"{note.path.name}: which lecture? (such as {example}; {SKIP} leaves it out) ")
        if wanted == SKIP:
            notes.remove(note)
        elif wanted:
            note.lecture = lectures.get(wanted)
            if note.lecture is None:
                close = lectures.nearest(wanted)
                problems.add(f'no lecture "{wanted}"', note.path, details=[f"there is: {some(lectures.names())}"],
                             fix=f"--lecture {close}" if close else "add it to docs/courses.yml")  # fmt: skip
        elif note.lecture is None:
            problems.add("which lecture? neither its name nor its heading shows it", note.path,
                         fix="--lecture dl2022/8, or for a folder --lectures FILE with name.md: dl2022/8")  # fmt: skip
    if not notes and not problems:
        raise CoursenotesError("every file was left out: nothing is written")
    everybody = project.knowledge.people
    for note in notes:
        author = _author(note, options, everybody, ask, say, problems)
        license = _license(note, options, ask, say, problems)
        kind = _kind(note, options, ask, say, problems)
        url = options.url or str(note.front_matter.get("canonical_url") or "")
        if url and not is_web_address(url):
            problems.add(f"--url {url}: not a web address", fix="--url https://…")
        if options.publish and kind and kind != "transcript":
            problems.add(f"--publish {options.publish} is for transcripts", note.path, fix="--kind transcript")
        note.title = note.title or (f"Lesson {note.lecture.name}: {note.lecture.title}" if note.lecture else "Notes")
        publish = {"publish": "index"} if options.publish == "index" else {}
        source = {"title": unmarked(note.path.name) or "a note", **({"url": url} if url else {})}
        note.fields = {"title": note.title, "authors": [author], "kind": kind, "state": "draft", "license": license,
                       **publish, "sources": [source]}  # fmt: skip
    problems.raise_if_any()
    _name(paths, project, options, notes)


def _mapping(options: Options, notes: list[Note], problems: Problems) -> dict[Path, str]:
    """The lecture of each file, from the file of --lectures: lesson7.md: dl2017/7."""
    if options.lectures is None:
        return {}
    try:
        entries = yaml.load(options.lectures.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CoursenotesError(Problem(f"cannot be read: {error}", options.lectures)) from error
    if not isinstance(entries, dict):
        raise CoursenotesError(Problem("is not a list of files", options.lectures, 1, fix="write lesson7.md: dl2017/7"))
    folder = options.source if options.source.is_dir() else options.source.parent
    names = {note.path.relative_to(folder).as_posix(): note.path for note in notes}
    for name in entries:
        if name not in names and not (entries[name] == SKIP and (folder / str(name)).is_file()):
            close = nearest(str(name), names)
            problems.add(f"{name} is not one of the notes", options.lectures, fix=f"write {close}:" if close else None)
    return {names[name]: str(value) for name, value in entries.items() if name in names}


def _author(note: Note, options: Options, everybody: People, ask: Ask | None, say: Callable, problems: Problems) -> str:
    author, new = options.author, options.author_name
    own = note.front_matter.get("author") or note.front_matter.get("authors")
    own = own[0] if isinstance(own, list) and own else own
    own = str(own.get("name", "")) if isinstance(own, dict) else str(own or "")
    hint = f"; its front matter says {own}" if own else ""
    if not author and new:
        author = everybody.called(new) or made_id(new)
    if not author and own and (known := everybody.called(own)):
        say(f"{note.path}: by {known}, since its front matter says {own}")
        return known
    if not author and ask is not None:
        ids = some(everybody.all, 6)
        author = ask(f"{note.path.name}: who wrote it? (an id of docs/people.yml: {ids}; or a name{hint}) ")
        known = everybody.called(author) if author else None
        if author and not known:
            new = author if not ID.fullmatch(author) else ask(f"{author} is new: their name? ")
            author = made_id(author)
        author = options.author = known or author
        options.author_name = new
    if not author:
        problems.add(f"who wrote it? --author is missing{hint}", note.path,
                     details=[f"docs/people.yml has: {some(everybody.all)}"],
                     fix=f'--author id, or for somebody new --author-name "{own or "Their Name"}"')  # fmt: skip
        return ""
    wrong = people.author_problem(everybody, author, new)
    problems.extend([wrong] if wrong else [])
    options.author, options.author_name = author, new
    return author


def _license(note: Note, options: Options, ask: Ask | None, say: Callable, problems: Problems) -> str:
    license = options.license
    own = str(note.front_matter.get("license") or note.front_matter.get("licence") or "")
    if not license and licenses.spdx(own):
        say(f"{note.path}: {licenses.spdx(own)}, since its front matter says {own}")
        return licenses.spdx(own) or ""
    if not license and ask is not None:
        question = f"{note.path.name}: under which license? (such as CC-BY-4.0; none if it has none) "
        license = options.license = ask(question)
    if not license:
        problems.add("under which license? --license is missing", note.path, details=people.ASK,
                     fix="--license CC-BY-4.0, if that is what the author says")  # fmt: skip
        return ""
    wrong = people.license_problem(license)
    problems.extend([wrong] if wrong else [])
    return licenses.spdx(license) or ""


def _kind(note: Note, options: Options, ask: Ask | None, say: Callable, problems: Problems) -> str:
    kind = options.kind
    if not kind and note.times >= TRANSCRIPT_TIMES:
        say(f"{note.path}: a transcript, since {note.times} of its lines begin with a time")
        return "transcript"
    if not kind and ask is not None:
        kind = ask(f"{note.path.name}: what is it? ({', '.join(KINDS)}) ")
    if kind not in KINDS:
        close = nearest(kind, KINDS) if kind else None
        what = f'no kind "{kind}"' if kind else "what is it? --kind is missing"
        problems.add(what, note.path, details=[f"there is: {', '.join(KINDS)}"],
                     fix=f'--kind "{close or "topic notes"}"')  # fmt: skip
    return kind


def _name(paths: Paths, project: Project, options: Options, notes: list[Note]) -> None:
    """Set where each note goes; no existing file is overwritten."""
    problems, taken = Problems(), set()
    if options.name and len(notes) > 1:
        problems.add(f"--name {options.name} is for one note, and there are {len(notes)}")
    if options.name and (wrong := place.name_problem(options.name)):
        problems.add(f"--name {options.name}: {wrong}", fix=f"--name {safe_name(options.name, 'notes')}")
    for note in notes:
        assert note.lecture is not None
        note.lesson = place.lesson(paths, note.lecture, project.knowledge.lectures)
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
        if place.is_taken(paths, note.lesson, note.name):
            free = place.free_name(paths, note.lesson, note.name)
            problems.add("exists already, and nothing is overwritten", paths.docs / note.page,
                         fix=f"--name {free}, or remove the old one")  # fmt: skip
    problems.raise_if_any()
