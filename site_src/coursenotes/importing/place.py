"""Where a note goes: its lecture, the page of its lesson, and its name in that lesson's folder."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from coursenotes.importing.files import safe_name
from coursenotes.importing.marks import escape
from coursenotes.knowledge.credit.sources import short_address
from coursenotes.knowledge.lectures.lectures import Course, Lecture, Lectures
from coursenotes.paths import Paths

_NUMBER = re.compile(r"(?:lesson|lecture|lektion|week|class|lec|les)[\s_#-]*0*(\d{1,3})(?!\d)", re.IGNORECASE)


def guess(name: str, title: str, lectures: Lectures) -> tuple[Lecture, str] | None:
    """(lecture, why) guessed from a file's name or title: by a code, or by a number and a year that fit only one."""
    for what, text in (("its name", name), ("its heading", title)):
        for code in re.findall(r"[A-Za-z][\w./-]*\d", text):
            lecture = lectures.get(code) or lectures.get(re.sub(r"[_-]", "/", code, count=1))
            if lecture is not None:
                return lecture, f"{what} says {code}"
    for what, text in (("its name", name), ("its heading", title)):
        match = _NUMBER.search(text)
        if match is None:
            continue
        both = f"{name} {title}"
        numbered = [lecture for lecture in lectures.all() if lecture.name.lstrip("0") == match[1]]
        years = [one for one in numbered if any(year in both for year in _years(lectures.courses[one.course]))]
        chosen = years or numbered
        if len(chosen) == 1:
            return chosen[0], f"{what} says {match[0]}" + (f" and {chosen[0].course}'s year" if years else "")
    return None


def _years(course: Course) -> set[str]:
    """The words of a title that name one course among several: its year, and its name."""
    year = str(course.more.get("year") or "")
    return {course.name, *([year] if year else []), *re.findall(r"\d{4}", course.name)}


def lesson(paths: Paths, lecture: Lecture, lectures: Lectures) -> str:
    """The canonical page of a lecture, below docs/: the existing one, or the one to be written."""
    folder = paths.docs / "lessons" / lecture.course
    for path in sorted(folder.glob("*.md")):
        page = path.relative_to(paths.docs).as_posix()
        of_page = lectures.of_lesson(page)
        if of_page is not None and of_page.id == lecture.id:
            return page
    return f"lessons/{lecture.course}/lesson{lecture.name}.md"


def free_name(paths: Paths, page: str, wanted: str) -> str:
    """A free name in a lesson's folder: the wanted one, or with a number."""
    number, name = 1, wanted
    while is_taken(paths, page, name):
        number += 1
        name = f"{wanted}-{number}"
    return name


def is_taken(paths: Paths, page: str, name: str) -> bool:
    """Whether there is a version of this name already: a page, a notebook, or a folder of images."""
    folder = paths.docs / page.removesuffix(".md")
    return any((folder / f"{name}{ending}").exists() for ending in (".md", ".ipynb", ""))


def name_problem(name: str) -> str | None:
    """Why a version cannot have this name, or None."""
    if name != safe_name(name, "") or name in ("index", "readme"):
        return "a name is small letters, digits and -, and not index"
    return None


def course_page(course: Course) -> str:
    """The index page of a course that has none yet."""
    head = _head({"title": course.title, "lists": "section"})
    url = str(course.more.get("url", ""))
    where = f", [{escape(short_address(url))}]({url})" if re.fullmatch(r"https?://[^\s()<>]+", url) else ""
    return f"{head}\n# {escape(course.title)}\n\nNotes of the course{where}.\n"


def lesson_page(lecture: Lecture, author: str, wanted: str = "") -> str:
    """The page of a lesson that has none yet, next to imported versions. wanted: the question that it should answer."""
    title = f"Lesson {lecture.name}: {lecture.title}"
    head = _head({"title": title, "lectures": [lecture.id], "authors": [author]})
    head += f"<!-- Wanted: {wanted} -->\n" if wanted else ""
    return f"{head}\n# {escape(title)}\n\nThis lesson has no page in the project's own words yet.\n"


def version_head(fields: dict[str, object]) -> str:
    """The front matter of a version, fields without a value left out."""
    return _head({name: value for name, value in fields.items() if value not in (None, "", [])})


def _head(fields: dict[str, object]) -> str:
    lines = (
        yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False, width=1000,
                       default_flow_style=None if isinstance(value, list) else False)
        for name, value in fields.items()
    )  # fmt: skip
    return f"---\n{''.join(lines)}---\n"


def note_files(folder: Path, endings: tuple[str, ...]) -> list[Path]:
    """The notes of a folder, by name: without hidden folders, and without a repository's README, license and so on."""
    paths = [
        path for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in endings and path.is_file() and path.resolve().is_relative_to(folder.resolve())
        and not any(part.startswith((".", "_", "node_modules")) for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    about = ("readme", "license", "licence", "contributing", "code_of_conduct", "changelog", "requirements")
    return [path for path in paths if path.stem.casefold() not in about]
