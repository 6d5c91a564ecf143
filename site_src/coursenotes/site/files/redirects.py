"""Redirects: a small page at every earlier address of a page or of an experiment, which leads to the new one.

With scripts, moved.js keeps the #anchor; without, a meta refresh redirects; and there is a link.
"""

from __future__ import annotations

import os
from html import escape
from pathlib import Path, PurePosixPath

from coursenotes.discover.headings import page_title
from coursenotes.errors import Problems
from coursenotes.knowledge.links import aliases, renamed
from coursenotes.paths import Paths
from coursenotes.project import Project

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} has moved ({old})</title>
<link rel="canonical" href="{canonical}">
<script src="{root}assets/scripts/moved.js" data-to="{to}"></script>
<noscript><meta http-equiv="refresh" content="0; url={to}"></noscript>
</head>
<body>
<article>
<h1>This page has moved</h1>
<p>It is called <a href="{to}">{title}</a> now.</p>
</article>
</body>
</html>
"""


def write(project: Project, folder: Path, address: str) -> None:
    """Write one page for each old name. Raises CoursenotesError if the site has another page at that address."""
    for name, new in renamed.names(project.catalog, "experiment").items():
        old_url, new_url = (Paths.evidence_url(*each.split(".")) for each in (name, new))
        _write(folder, address, name, f"Evidence: {new}", old_url, new_url)
    problems = Problems()
    for name, page in sorted(aliases.old_names(project.catalog).items()):
        old, new = Paths.page_url(name), Paths.page_url(page.name)
        file = folder / old / "index.html"
        if file.exists():
            what = f"{name} has the address of a page that is generated: {old}"
            problems.extend([page.problem("aliases", what, "take it out")])
            continue
        _write(folder, address, name, page_title(page), old, new)
    problems.raise_if_any()


def _write(folder: Path, address: str, name: str, title: str, old: str, new: str) -> None:
    """The page at the address `old` that leads to `new`."""
    root = "../" * old.count("/")
    to = os.path.relpath(PurePosixPath("/", new), PurePosixPath("/", old)) + "/" if old else new
    values = {
        "policy": POLICY, "title": title, "old": name, "to": to, "root": root,
        "canonical": f"{address}{new}" if address else to,
    }  # fmt: skip
    file = folder / old / "index.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(PAGE.format(**{key: escape(value) for key, value in values.items()}), encoding="utf-8")
