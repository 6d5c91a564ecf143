"""The same pages from ProperDocs, which continues mkdocs 1.x: whoever cannot stay with mkdocs loses nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

GENERATOR = re.compile(rb'<meta name="generator" content="[^"]*">')


def built(program: str, root: Path, folder: Path) -> dict[str, bytes]:
    """The files of a site, by name, without the line that names what wrote it."""
    command = [sys.executable, "-m", program, "build", "--quiet", "--config-file", "mkdocs.yml", "--site-dir", folder]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {name: GENERATOR.sub(b"", data) for name, data in found.items() if not name.endswith((".gz", ".zip"))}


def test_properdocs_writes_the_same_pages(mini, tmp_path):
    mkdocs = built("mkdocs", mini.root, tmp_path / "mkdocs")
    properdocs = built("properdocs", mini.root, tmp_path / "properdocs")
    assert mkdocs.keys() == properdocs.keys() and "evidence/claims/index.html" in mkdocs
    assert [name for name in mkdocs if mkdocs[name] != properdocs[name]] == []
