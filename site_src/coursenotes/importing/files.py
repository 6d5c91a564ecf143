"""The files that a note links to: images are checked, bounded in size and named safely; nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, unquote_to_bytes

from coursenotes.importing.tree import ascii_letters
from coursenotes.knowledge.form.images import MOST
from coursenotes.site.notebooks import pictures

IMAGE = 5 * 2**20  # bytes of one file
ALL = 100 * 2**20  # bytes of all files of one import
PLAIN = (".pdf", ".csv", ".tsv", ".txt", ".bib", ".py", ".zip")  # imported as they are, in addition to images
_ACTIVE = re.compile(rb"<\s*(?:script|foreignObject|iframe|handler|set|animate)|\son\w+\s*=|javascript:|<!ENTITY|"
                     rb"(?:href|src)\s*=\s*[\"'](?!#|data:image/(?:png|jpe?g|gif|webp))|url\(\s*[\"']?(?!#)|@import",
                     re.IGNORECASE)  # fmt: skip


class CannotImport(ValueError):
    """A file that cannot be imported, and why."""


def image_ending(data: bytes) -> str | None:
    """The ending of an image by its content; None for anything else, and for an SVG with scripts or remote parts."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ".png"
    if data.startswith(b"\xff\xd8\xff"):
        return ".jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ".gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return ".avif"
    if b"<svg" in data[:4096] and not _ACTIVE.search(data):
        return ".svg"
    return None


def safe_name(name: str, otherwise: str = "file") -> str:
    """A file's name in small letters, digits and -, without its ending."""
    return re.sub(r"[^a-z0-9]+", "-", ascii_letters(name)).strip("-")[:60].strip("-") or otherwise


@dataclass
class NoteFiles:
    """The files of one note. pages: the addresses, from this note's page, of the other notes that are imported with it.

    contents: the files to write, by their paths from the page. smaller: the images among them that were too large for a
    page, and are smaller copies.
    """

    note: Path
    folder: Path
    name: str
    pages: dict[Path, str] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    smaller: set[str] = field(default_factory=set)
    _names: dict[Path, str] = field(default_factory=dict)

    def image(self, src: str) -> str:
        """Import an image: a file below the folder, or a data: address. -> its path from the page. Raises Refused."""
        if src.startswith("data:"):
            return self._keep(self._data(src), "picture", None)
        path = self._path(src)
        return self._names.get(path) or self._keep(self._bytes(path), path.stem, path)

    def read_image(self, src: str) -> tuple[bytes, str]:
        """(content, ending) of an image, for a notebook that holds it itself. Raises Refused."""
        data = self._data(src) if src.startswith("data:") else self._bytes(self._path(src))
        ending = image_ending(data)
        if ending is None:
            raise CannotImport("not an image that the site can show safely")
        return data, ending

    def link(self, href: str) -> str:
        """Import a linked file. -> its address, or that of an imported note, from the page. Raises Refused."""
        path = self._path(href.partition("#")[0])
        if path in self.pages:
            return self.pages[path]
        if path in self._names:
            return self._names[path]
        if path.is_dir():
            raise CannotImport("it is a folder")
        if path.suffix.lower() in PLAIN:
            data = self._bytes(path)
            return self._put(path.stem, path.suffix.lower(), data, path)
        return self.image(href)

    def _path(self, href: str) -> Path:
        if href.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", href):
            raise CannotImport("it is not a path from the note")
        relative = PurePosixPath(unquote(href).partition("?")[0].replace("\\", "/"))
        try:
            path = (self.note.parent / relative).resolve()
            there = path.exists()
        except (OSError, ValueError) as error:
            raise CannotImport("it is not a path") from error
        if not there:
            raise CannotImport("there is no such file")
        if not path.is_relative_to(self.folder.resolve()):
            raise CannotImport(f"it is outside {self.folder.name or self.folder}: import the folder that holds both")
        return path

    def _bytes(self, path: Path) -> bytes:
        if not path.is_file():
            raise CannotImport("it is not a file")
        if path.stat().st_size > IMAGE:
            raise CannotImport(f"it is larger than {IMAGE // 2**20} MiB: make it smaller")
        return path.read_bytes()

    @staticmethod
    def _data(src: str) -> bytes:
        head, comma, body = src.partition(",")
        if not comma or len(body) > 2 * IMAGE:
            raise CannotImport("it holds no image, or too large a one")
        try:
            return base64.b64decode(unquote(body), validate=False) if ";base64" in head else unquote_to_bytes(body)
        except (binascii.Error, ValueError) as error:
            raise CannotImport("it cannot be decoded") from error

    def _keep(self, data: bytes, stem: str, path: Path | None) -> str:
        ending = image_ending(data)
        if ending is None:
            raise CannotImport("it is not an image that the site can show safely")
        if len(data) > IMAGE or (ending == ".svg" and len(data) > MOST):
            raise CannotImport("it is too large for a page: make it smaller")
        if len(data) <= MOST:
            return self._put(stem, ending, data, path)
        try:
            kept_as, data = pictures.small(data)
        except pictures.CannotShow as error:
            raise CannotImport(f"it is {error}: make it smaller") from error
        name = self._put(stem, {"jpeg": ".jpg"}.get(kept_as, f".{kept_as}"), data, path)
        self.smaller.add(name)
        return name

    def _put(self, stem: str, ending: str, data: bytes, path: Path | None) -> str:
        if sum(map(len, self.contents.values())) + len(data) > ALL:
            raise CannotImport(f"the note's files are larger than {ALL // 2**20} MiB together")
        base, number = safe_name(stem, "picture"), 1
        name = f"{self.name}/{base}{ending}"
        while name in self.contents and self.contents[name] != data:
            number += 1
            name = f"{self.name}/{base}-{number}{ending}"
        self.contents[name] = data
        if path is not None:
            self._names[path] = name
        return name
