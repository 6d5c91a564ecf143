"""What a note is: given on the command line, told by the note itself with the reason said, or asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.text.references import is_web_address
from coursenotes.errors import CoursenotesError, Problem, Problems, nearest, some
from coursenotes.importing import people, place
from coursenotes.importing.files import safe_name
from coursenotes.importing.notes import MANY, Note
from coursenotes.importing.tree import unmarked
from coursenotes.knowledge.credit import licences
from coursenotes.knowledge.credit.people import ID, People, made_id
from coursenotes.knowledge.form.front_matter import KINDS
from coursenotes.paths import Paths
from coursenotes.project import Project

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


def say_what(
    project: Project, options: Options, notes: list[Note], ask: Ask | None, say: Callable[[str], None]
) -> None:
    """Give every note its lecture, author, licence, kind and name; tell all that is missing at once."""
    paths, problems = project.paths, Problems()
    lectures = project.knowledge.lectures
    if not lectures.courses:
        raise CoursenotesError(Problem("names no courses", paths.courses, fix="add the course and its lectures"))
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
                         fix="--lecture dl2022/8, or for a folder --lectures FILE with name.md: dl2022/8")  # fmt: skip
    if not notes and not problems:
        raise CoursenotesError("every file was left out: nothing is written")
    everybody = project.knowledge.people
    for note in notes:
        author = _author(note, options, everybody, ask, say, problems)
        licence = _licence(note, options, ask, say, problems)
        kind = _kind(note, options, ask, say, problems)
        url = options.url or str(note.given.get("canonical_url") or "")
        if url and not is_web_address(url):
            problems.add(f"--url {url}: no address of the web", fix="--url https://…")
        if options.publish and kind and kind != "transcript":
            problems.add(f"--publish {options.publish} is for transcripts", note.path, fix="--kind transcript")
        note.title = note.title or (f"Lesson {note.lecture.name}: {note.lecture.title}" if note.lecture else "Notes")
        publish = {"publish": "index"} if options.publish == "index" else {}
        source = {"title": unmarked(note.path.name) or "a note", **({"url": url} if url else {})}
        note.fields = {"title": note.title, "authors": [author], "kind": kind, "state": "draft", "licence": licence,
                       **publish, "sources": [source]}  # fmt: skip
    problems.raise_if_any()
    _name(paths, project, options, notes)


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
    folder = options.source if options.source.is_dir() else options.source.parent
    names = {note.path.relative_to(folder).as_posix(): note.path for note in notes}
    for name in found:
        if name not in names and not (found[name] == "skip" and (folder / str(name)).is_file()):
            close = nearest(str(name), names)
            problems.add(f"{name} is none of the notes", options.lectures, fix=f"write {close}:" if close else None)
    return {names[name]: str(value) for name, value in found.items() if name in names}


def _author(note: Note, options: Options, everybody: People, ask: Ask | None, say: Callable, problems: Problems) -> str:
    given, new = options.author, options.author_name
    own = note.given.get("author") or note.given.get("authors")
    own = own[0] if isinstance(own, list) and own else own
    own = str(own.get("name", "")) if isinstance(own, dict) else str(own or "")
    if not given and new:
        given = everybody.called(new) or made_id(new)
    if not given and own and (found := everybody.called(own)):
        say(f"{note.path}: by {found}, since its front matter says {own}")
        return found
    if not given and ask is not None:
        hint = f"; its front matter says {own}" if own else ""
        given = ask(
            f"{note.path.name}: who wrote it? (an id of docs/people.yml: {some(everybody.all, 6)}; or a name{hint}) "
        )
        found = everybody.called(given) if given else None
        if given and not found:
            new = given if not ID.fullmatch(given) else ask(f"{given} is new: their name? ")
            given = made_id(given)
        given = options.author = found or given
        options.author_name = new
    if not given:
        hint = f"; its front matter says {own}" if own else ""
        problems.add(f"who wrote it? --author is missing{hint}", note.path,
                     details=[f"docs/people.yml has: {some(everybody.all)}"],
                     fix=f'--author id, or for somebody new --author-name "{own or "Their Name"}"')  # fmt: skip
        return ""
    wrong = people.author_problem(everybody, given, new)
    problems.extend([wrong] if wrong else [])
    options.author, options.author_name = given, new
    return given


def _licence(note: Note, options: Options, ask: Ask | None, say: Callable, problems: Problems) -> str:
    given = options.licence
    own = str(note.given.get("license") or note.given.get("licence") or "")
    if not given and licences.spdx(own):
        say(f"{note.path}: {licences.spdx(own)}, since its front matter says {own}")
        return licences.spdx(own) or ""
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
    return licences.spdx(given) or ""


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


def _name(paths: Paths, project: Project, options: Options, notes: list[Note]) -> None:
    """Say where each note goes; nothing that is there is written over."""
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
            problems.add("is there already, and nothing is written over", paths.docs / note.page,
                         fix=f"--name {free}, or remove the old one")  # fmt: skip
    problems.raise_if_any()
