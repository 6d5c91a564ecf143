"""A whole import: reads notes, converts and checks them, and moves either everything into place or nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from coursenotes.cache.store import write_atomic
from coursenotes.errors import CoursenotesError, Problem, Problems, some
from coursenotes.importing import check, people, place, read
from coursenotes.importing.notes import Note
from coursenotes.importing.options import Ask, Options, identify
from coursenotes.importing.tree import Report
from coursenotes.knowledge.lectures import lectures, wanted
from coursenotes.knowledge.lectures.lectures import Lecture
from coursenotes.paths import Paths
from coursenotes.project import Project, load

LISTS = ("people.yml", "wanted.yml")  # files that are changed; pages and images are only added
PROJECT = "coursenotes"  # the author of the project's own pages


def import_notes(paths: Paths, options: Options, ask: Ask | None, say: Callable[[str], None]) -> list[Report]:
    """Import a file or a folder. ask puts a question to a person, if there is one. -> a report for each note.

    Raises CoursenotesError with everything that is missing or wrong; then nothing was written.
    """
    project = load(paths)
    lectures.load(paths.courses)  # with a mistake in it, times could be taken for those of another lecture
    notes = _opened(options.source)
    identify(project, options, notes, ask, say)
    visibility = project.knowledge.visibility
    pages = {note.path.resolve(): note for note in notes}
    root = options.source if options.source.is_dir() else options.source.parent
    for note in notes:
        own = note.lecture is None or visibility.lecture(note.lecture)
        beside = {path: os.path.relpath(other.page, PurePosixPath(note.page).parent) for path, other in pages.items()}
        listed = visibility.lecture if own else _any
        note.convert(project.knowledge.lectures, listed, root, beside)
    with check.copied(paths) as stage:
        files = _staged(project, stage, options, notes)
        _move(paths, stage, files, say)
    return [note.report for note in notes]


def _any(lecture: Lecture) -> bool:
    """Whether a lecture may be named on an unlisted page: all may."""
    return True


# ---------------------------------------------------------------- reading
def _opened(source: Path) -> list[Note]:
    if not source.exists():
        raise CoursenotesError(Problem("there is no such file or folder", source))
    readable = f"what can be imported: {some(read.ENDINGS)}"
    files = place.note_files(source, read.ENDINGS) if source.is_dir() else [source]
    if not files:
        raise CoursenotesError(Problem("a folder without notes", source, details=(readable,)))
    if source.is_file() and source.suffix.lower() not in read.ENDINGS:
        raise CoursenotesError(Problem(f"{source.suffix or 'a file without an ending'} cannot be imported", source,
                                       None, (readable,),
                                       "save it as Markdown: pandoc -t gfm writes it from most formats"))  # fmt: skip
    problems, notes = Problems(), []
    for path in files:
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


# ---------------------------------------------------------------- into place
def _staged(project: Project, stage: Paths, options: Options, notes: list[Note]) -> list[str]:
    """Write everything into the copy of the project, without what would stop a build. -> the files, below docs/."""
    paths, new = project.paths, dict[str, bytes]()
    everybody = project.knowledge.people.all
    for note in notes:
        assert note.lecture is not None and note.files is not None
        author = str(note.fields["authors"][0])  # type: ignore[index]
        ours = PROJECT if PROJECT in everybody else author
        course = project.knowledge.lectures.courses[note.lecture.course]
        if not (paths.docs / note.lesson).exists() and note.lesson not in new:
            want = wanted.take(stage.wanted, note.lesson)
            new[note.lesson] = place.lesson_page(note.lecture, ours, want.what if want else "").encode()
            if want:
                new["wanted.yml"] = stage.wanted.read_bytes()
        index = f"lessons/{course.name}/index.md"
        if not (paths.docs / index).exists():
            new[index] = place.course_page(course).encode()
        for name, data in note.files.contents.items():
            new[str(PurePosixPath(note.page).parent / name)] = data
        if author not in everybody:
            text = paths.people.read_text(encoding="utf-8") if paths.people.is_file() else ""
            new["people.yml"] = people.with_person(text, author, options.author_name, options.author_url).encode()
    for name, data in new.items():
        _put(stage.docs / name, data)
    for _ in range(40):
        for note in notes:
            _put(stage.docs / note.page, note.page_text().encode())
        problems = check.problems(stage, [*new, *(note.page for note in notes)], paths.parsed)
        by_path = {stage.docs / note.page: note for note in notes}
        changed = False
        for problem in problems:
            wrong = by_path.get(Path(problem.path)) if problem.path else None
            changed |= wrong is not None and wrong.fall_back_to_text(problem.line, problem.what)
        if not changed:
            break
    if problems:
        raise CoursenotesError(*(_in_source(problem, by_path) for problem in problems))
    for note in notes:
        note.report_lost_words((stage.docs / note.page).read_text(encoding="utf-8"))
    return [*new, *(note.page for note in notes)]


def _in_source(problem: Problem, notes: dict[Path, Note]) -> Problem:
    """A problem of a page as one of the note that it was made from."""
    note = notes.get(Path(problem.path)) if problem.path else None
    return Problem(
        f"the page would stop the build: {problem.what}", note.path if note else problem.path, None, problem.details,
        problem.fix or "fix that in the source, and import it again",
    )  # fmt: skip


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _move(paths: Paths, stage: Paths, files: list[str], say: Callable[[str], None]) -> None:
    """Move the files from the copy into the project: all, or none where one of them cannot be."""
    done: list[Path] = []
    made: list[Path] = []
    old = {name: path.read_bytes() if path.is_file() else None for name in LISTS if (path := paths.docs / name)}
    try:
        for name in files:
            target = paths.docs / name
            if name in LISTS:
                write_atomic(target, (stage.docs / name).read_bytes())
                continue
            for folder in reversed([p for p in target.parents if not p.exists()]):
                folder.mkdir()
                made.append(folder)
            os.link(stage.docs / name, target)  # unlike renaming, it fails where there is a file
            done.append(target)
    except BaseException:
        for path in done:
            path.unlink(missing_ok=True)
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        for name in set(LISTS) & set(files):
            path, text = paths.docs / name, old[name]
            path.unlink(missing_ok=True) if text is None else write_atomic(path, text)
        raise
    for name in files:
        action = "took the lesson off" if name == "wanted.yml" else "wrote"
        say(f"{action} {(paths.docs / name).relative_to(paths.root)}")


def summary(reports: list[Report]) -> str:
    """The reports as text: what was converted, and what could not be."""
    lines: list[str] = []
    for report in reports:
        converted = "; ".join(f"{what}: {count}" for what, count in report.converted.items())
        lines += [f"{report.path}: converted {converted}"] if converted else []
        lines += report.lines() or [f"{report.path}: nothing was lost or changed in meaning"]
    return "\n".join(lines)
