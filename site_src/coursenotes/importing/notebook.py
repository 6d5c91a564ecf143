"""Imports a notebook: its Markdown cells are converted as notes are, its code and outputs stay, nothing is run."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import nbformat

from coursenotes.errors import CoursenotesError, Problem
from coursenotes.importing.outline import CELL
from coursenotes.importing.parse import parse
from coursenotes.importing.read import MOST, decode, tidy
from coursenotes.importing.tree import Node, Report

TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".svg": "image/svg+xml",
         ".avif": "image/avif"}  # fmt: skip


def read(path: Path, report: Report) -> Any:
    """A notebook of any version as one of version 4. Raises CoursenotesError."""
    if path.stat().st_size > MOST:
        fix = "clear its outputs, and save it"
        raise CoursenotesError(Problem(f"holds more than {MOST // 2**20} MiB", path, fix=fix))
    text = decode(path.read_bytes(), report)
    try:
        notebook = nbformat.reads(text, as_version=4)
        _ = [(str(cell.cell_type), str(cell.source)) for cell in notebook.cells]
    except RecursionError as error:
        raise CoursenotesError(Problem("not a notebook: nested too deeply", path)) from error
    except Exception as error:  # nbformat raises anything for a malformed file
        what = str(error).splitlines()[0][:100] or type(error).__name__
        problem = Problem(f"not a notebook: {what}", path, fix="open it in Jupyter, and save it again")
        raise CoursenotesError(problem) from error
    return notebook


def words(notebook: Any) -> str:
    """The text that people wrote into a notebook: its Markdown and its code."""
    return "\n".join(str(cell.source) for cell in notebook.cells)


def tree(notebook: Any, report: Report) -> Node:
    """All Markdown cells as one note, each after a CELL node. Lines are counted through all cells."""
    root, line = Node("document", 1), 1
    for number, cell in enumerate(notebook.cells):
        root.children.append(Node(CELL, line, "", {"number": number}))
        if cell.cell_type == "markdown":
            read_cell = parse(tidy(str(cell.source), report), report, line)
            root.children += read_cell.children
            root.attrs.setdefault("anchors", []).extend(read_cell.attrs.get("anchors", []))
        line += str(cell.source).count("\n") + 1
    return root


def cells_of(root: Node) -> dict[int, Node]:
    """The blocks of each cell, by its number, of a converted tree. Blocks before the first cell are in the first."""
    cells: dict[int, Node] = {}
    early: list[Node] = []
    current: Node | None = None
    for node in root.children:
        if node.kind == CELL:
            current = cells.setdefault(node.attrs["number"], Node("document", node.line))
            current.children += early
            early = []
        elif current is None:
            early.append(node)
        else:
            current.children.append(node)
    return cells


def write(
    notebook: Any, texts: dict[int, str], fields: dict[str, object], attached: dict[str, tuple[bytes, str]]
) -> str:
    """The notebook with new Markdown, as JSON. Of its metadata only our fields and its language are kept."""
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(notebook.cells):
        kept: dict[str, Any] = {"id": f"cell-{number + 1}", "cell_type": cell.cell_type, "metadata": {}}
        kept["source"] = texts.get(number, str(cell.source)) if cell.cell_type == "markdown" else str(cell.source)
        if cell.cell_type == "code":
            kept |= {"execution_count": cell.get("execution_count"), "outputs": cell.get("outputs", [])}
        files = dict(cell.get("attachments", {})) if cell.cell_type == "markdown" else {}
        for name, (data, ending) in attached.items():
            if f"attachment:{name}" in kept["source"]:
                files[name] = {TYPES[ending]: base64.b64encode(data).decode()}
        if files:
            kept["attachments"] = files
        if number in texts and cell.cell_type != "markdown":  # a title above code
            cells.append({"id": f"text-{number + 1}", "cell_type": "markdown", "metadata": {}, "source": texts[number]})
        cells.append(kept)
    language = str(notebook.metadata.get("language_info", {}).get("name", "python"))
    about = {"coursenotes": fields, "language_info": {"name": language}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5},
                      ensure_ascii=False, indent=1) + "\n"  # fmt: skip
