"""The log of mkdocs: keeps and counts its warnings, and adds the line that each is about."""

from __future__ import annotations

import logging
import re

from coursenotes.errors import Problem
from coursenotes.paths import Paths


class _Handler(logging.Handler):
    """Receives what mkdocs logs, inside a with statement or between listen() and stop()."""

    def listen(self) -> None:
        """From now on, until stop()."""
        logging.getLogger("mkdocs").addHandler(self)

    def stop(self) -> None:
        logging.getLogger("mkdocs").removeHandler(self)

    def __enter__(self) -> None:
        self.listen()

    def __exit__(self, *error: object) -> None:
        self.stop()


class Said(_Handler):
    """Keeps the texts of warnings, which are not shown otherwise."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


class Complaints(_Handler):
    """Counts messages while a page is rendered: such a page is not kept, so that the message comes again."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def placed(text: str, paths: Paths) -> Problem:
    """A warning of mkdocs as a problem, with the line of the link that it names."""
    match = re.match(r"Doc file '(?P<page>[^']+)' contains .*? '(?P<link>[^']+)'", text)
    path = paths.docs / match["page"] if match else None
    if match is None or path is None or not path.is_file():
        return Problem(f"mkdocs: {text}")
    lines = path.read_text(encoding="utf-8").split("\n")
    return Problem(text, path, next((n for n, line in enumerate(lines, 1) if f"]({match['link']}" in line), None))
