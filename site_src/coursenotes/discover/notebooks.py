"""Reads a notebook's file as JSON: its cells and fields, or its mistakes."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from coursenotes.discover.catalog import PageInfo
from coursenotes.discover.text import addresses, references
from coursenotes.discover.text.prose import line_of, links, prose
from coursenotes.discover.text.tex import spelled
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths

FILE = 30_000_000  # bytes; larger files are not opened
SOURCES = 300_000  # characters that a person may type into one

_FOREIGN = re.compile(r"(\]\(\s*<?|\]:\s*<?|\b(?:href|src)\s*=\s*[\"']?)([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_EMBEDDED = re.compile(r"data:[\w.+-]+/[\w.+-]+[^,\s)\"'>]{0,40},[A-Za-z0-9+/=%]*")
_FENCE = re.compile(r"^([ \t>]*(?:`{3,}|~{3,})).*$", re.MULTILINE)


@dataclass(frozen=True)
class NotebookCell:
    """One cell: its kind (markdown, code or raw), its text, and all of its JSON."""

    kind: str
    source: str
    more: dict[str, Any]


@dataclass(frozen=True)
class Notebook:
    """A notebook's cells, the fields under "coursenotes" in its metadata, its language, and the file's text."""

    cells: tuple[NotebookCell, ...]
    meta: dict[str, Any]
    language: str
    raw: str


def read(path: Path) -> Notebook:
    """The notebook in a file. Raises CoursenotesError where it cannot be shown."""
    if path.stat().st_size > FILE:
        what = f"a notebook of {path.stat().st_size // 1_000_000} MB"
        raise _problem(path, what, "clear its outputs, save it, and keep the images that matter")
    try:
        raw = path.read_text(encoding="utf-8")
        data = json.loads(raw)
    except UnicodeDecodeError as error:
        raise _problem(path, f"not UTF-8: {error}", "save it as UTF-8") from None
    except json.JSONDecodeError as error:
        what = f"not a notebook: not JSON, {error.msg}"
        raise _problem(path, what, "save it again with Jupyter", error.lineno) from None
    except RecursionError:
        raise _problem(path, "not a notebook: JSON that nests too deeply", "save it again with Jupyter") from None
    if not isinstance(data, dict) or "nbformat" not in data:
        raise _problem(path, "not a notebook: JSON without nbformat", "save it with Jupyter")
    if data["nbformat"] != 4:
        what = f"a notebook of format {data['nbformat']}; this site reads format 4"
        raise _problem(path, what, f"jupyter nbconvert --to notebook --nbformat 4 --inplace {path.name}")
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        raise _problem(path, "not a notebook: its cells cannot be read", "save it again with Jupyter")
    metadata = _mapping(data.get("metadata"))
    fields = metadata.get("coursenotes", {})
    if not isinstance(fields, dict):
        raise _problem(path, 'its metadata "coursenotes" is not a mapping', 'write "coursenotes": {"kind": "summary"}')
    named = _mapping(metadata.get("language_info")).get("name") or _mapping(metadata.get("kernelspec")).get("language")
    language = named if isinstance(named, str) and re.fullmatch(r"[A-Za-z0-9+#-]{1,20}", named) else "python"
    records = tuple(NotebookCell(cell["cell_type"], joined(cell.get("source")), cell) for cell in cells)
    return Notebook(records, fields, language.lower(), raw)


def page(path: Path, name: str) -> tuple[PageInfo, list[Problem]]:
    """The page of a notebook, and the mistakes in its form. Raises CoursenotesError.

    Its text is that of its Markdown cells, each line at its line in the file. It may refer to lectures; figures,
    numbers and claims cannot be shown in it.
    """
    notebook = read(path)
    text = _text(notebook)
    problems = []
    typed = sum(len(cell.source) for cell in notebook.cells)
    if typed > SOURCES:
        what = f"a notebook with {typed:,} characters typed into its cells; a page may have {SOURCES:,}"
        problems.append(Problem(what, path, None, (), "split it"))
    scanned = _FOREIGN.sub(lambda m: m[0] if _ours(m[2]) else f"{m[1]}{m[2]}/", text)
    scanned_references, wrong = references.scan(scanned, path)
    problems += wrong
    for reference in scanned_references:
        if reference.scheme != "lecture":
            what = f"{reference.scheme}: does not work in a notebook, which shows its own outputs"
            problems.append(Problem(what, path, reference.line, (), "link to the page that shows it"))
    problems += _broken_links(path, name, text)
    fields = {name: value for name, value in notebook.meta.items() if value is not None}
    meta = {"title": _title(text) or path.stem.replace("_", " "), **fields}
    return PageInfo(path, name, text, meta, tuple(r for r in scanned_references if r.scheme == "lecture")), problems


def target(name: str, href: str) -> tuple[str, str] | None:
    """(path below docs/, anchor) that a relative address in a notebook leads to; None for all other addresses."""
    path, _, anchor = href.partition("#")
    if not path or re.match(r"[A-Za-z][\w+.-]*:|/|\\", path):
        return None
    below = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path.partition("?")[0])))
    return None if below.startswith("..") else (below, anchor)


def joined(value: Any) -> str:
    """The text of a field of a notebook, which is a string or a list of lines; "" for anything else."""
    if isinstance(value, list):
        value = "".join(line for line in value if isinstance(line, str))
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _is_cell(cell: Any) -> bool:
    good = isinstance(cell, dict) and cell.get("cell_type") in ("markdown", "code", "raw")
    return good and isinstance(cell.get("outputs", []), list)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _problem(path: Path, what: str, fix: str, line: int | None = None) -> CoursenotesError:
    return CoursenotesError(Problem(what, path, line, (), fix))


def _ours(scheme: str) -> bool:
    return scheme in addresses.SCHEMES or scheme.lower() in addresses.WEB


def _text(notebook: Notebook) -> str:
    """The text of the Markdown cells, each line at its line in the file, without embedded images.

    Fences lose their attributes: cells that run on this project's own pages do not run in a notebook.
    """
    placed: dict[int, str] = {}
    offset, number = 0, 1  # a position in the file, and its line
    for cell in notebook.cells:
        written = cell.more.get("source")
        lines = written if isinstance(written, list) and cell.kind == "markdown" else []
        for line in (line for line in lines if isinstance(line, str)):
            forms = [json.dumps(line, ensure_ascii=ascii) for ascii in (False, True)]
            at = next((at for form in forms if (at := notebook.raw.find(form, offset)) >= 0), -1)
            number += notebook.raw.count("\n", offset, at)
            if at < 0 or number in placed or line.count("\n") > 1:
                return _bare("\n\n".join(cell.source for cell in notebook.cells if cell.kind == "markdown") + "\n")
            placed[number], offset = joined(line.rstrip("\n")), at + 1
    return _bare("\n".join(placed.get(n, "") for n in range(1, max(placed, default=0) + 1)) + "\n")


def _bare(text: str) -> str:
    return _FENCE.sub(r"\1", _EMBEDDED.sub("data:", text))


def _title(text: str) -> str:
    """The first heading, as plain words."""
    match = re.search(r"^# +(.+?)[ #]*$", prose(text), re.MULTILINE)
    return re.sub(r"[*_`]|\]\([^)]*\)|\[", "", spelled(text[match.start(1) : match.end(1)])) if match else ""


def _broken_links(path: Path, name: str, text: str) -> Iterator[Problem]:
    """The problems of relative links and images in the Markdown cells that lead to no file."""
    docs = path.parents[len(Path(name).parts) - 1]
    masked = prose(text)
    for link in links(masked):
        place = target(name, link.href)
        if place is None or place[0].startswith(Paths.GENERATED) or (docs / place[0]).is_file():
            continue
        is_page = (docs / f"{place[0].rstrip('/')}.md").is_file()
        fix = f"write {link.href.partition('#')[0].rstrip('/')}.md" if is_page else "remove the link, or add the file"
        yield Problem(f"{link.href} leads to no file", path, line_of(text, link.start), (), fix)


def misplaced(path: Path, name: str) -> Problem | None:
    """The problem of a notebook in a wrong folder: it must be somebody's notes of a lesson, in that lesson's folder."""
    if Paths.is_version(name):
        return None
    fix = "move it to docs/lessons/<course>/<lesson>/, next to that lesson's other notes, or out of docs/"
    details = ("notebooks are people's notes of a lesson",)
    return Problem("a notebook cannot be a page of its own here", path, None, details, fix)
