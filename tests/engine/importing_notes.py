"""Shared by the tests of importing: a project to import into, and files next to the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coursenotes.importing.options import Options
from coursenotes.importing.run import import_notes
from coursenotes.paths import Paths
from tests.conftest import ROOT
from tests.engine.rendering import COURSES

MORE = """
dl2019:
  title: Course v3
  year: 2019
  lectures:
    4: {title: Tables, video: C9UdVPE3ynA, codes: [DL1v3L4]}
    5: {title: Back propagation, video: uQtTwhpv7Ew, codes: [DL1v3L5]}
    3: {title: Segmentation, codes: [DL1v3L3]}
    8: {title: Matrix products}
dl2018:
  title: Course v2, part 2
  lectures:
    9: {title: Detection, duration: "2:05:33"}
dl2017:
  title: Course v2
  year: 2017
  lectures:
    7: {title: Architecture}
"""
PEOPLE = "ana:\n  name: Ana Alvarez\n  github: ana\ncoursenotes:\n  name: The contributors\n"
GIVEN = {"lecture": "dl2022/8", "author": "ana", "license": "CC-BY-4.0", "kind": "summary"}


def prepared(paths: Paths) -> Paths:
    """The mini site with courses and people, and the settings of the real one."""
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (paths.root / "mkdocs.yml").write_text(settings, encoding="utf-8")
    (paths.docs / "courses.yml").write_text(COURSES + MORE, encoding="utf-8")
    (paths.docs / "people.yml").write_text(PEOPLE, encoding="utf-8")
    return paths


def imported(paths: Paths, note: str | bytes | Path, file: str = "note.md", **options: object) -> tuple[str, str]:
    """Import a note. -> (the text of its page, the report)."""
    if isinstance(note, Path):
        path = note
    else:
        path = paths.root.parent / "notes" / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(note if isinstance(note, bytes) else note.encode())
    said: list[str] = []
    reports = import_notes(paths, Options(**{"source": path, **GIVEN, **options}), None, said.append)  # type: ignore[arg-type]
    wrote = [line.removeprefix("wrote ") for line in said if line.startswith("wrote ")]
    page = next(name for name in reversed(wrote) if name.count("/") == 4 and name.endswith((".md", ".ipynb")))
    return (paths.root / page).read_text(encoding="utf-8"), "\n".join(reports[-1].lines())


def body(page: str) -> str:
    """A page without its front matter."""
    return page.partition("\n---\n")[2].strip()


def source(part: str) -> Path:
    """A file of ../shared/sources, which are no part of the project: skips where they are not there."""
    shared = Path(os.environ.get("COURSENOTES_SHARED", ROOT.parent / "shared"))
    found = sorted((shared / "sources").glob(f"{part}*")) if (shared / "sources").is_dir() else []
    if not found:
        pytest.skip("the sources are not beside this checkout")
    return found[0]
