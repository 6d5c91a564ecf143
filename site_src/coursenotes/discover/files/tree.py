"""Walks a tree of the project, and refuses links out of it, circles, hard links, devices and FIFOs."""

from __future__ import annotations

import errno
import os
import re
import stat
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

MOST = 100_000  # files of one tree: links to folders that hold links to folders multiply them
COPY = "remove it, or replace it with a copy of what it leads to"
OUT = "remove it"

_SECRET = re.compile(
    r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?|(credentials?|secrets?)(\.(json|ya?ml|toml|ini|txt))?|htpasswd"
    r"|.*\.(pem|key|p12|pfx|ppk|jks|keystore|kdbx|gpg)",
    re.IGNORECASE,
)
_KINDS = {
    stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
}  # fmt: skip


class Entry(NamedTuple):
    """A file of a tree, or a link to a folder. wrong: why it is refused, if it is; fix: how to fix that."""

    name: str  # below the project's root, with slashes
    stat: os.stat_result | None = None  # of the file that links lead to; None where there is none
    link: str = ""  # the target that a link contains
    real: str = ""  # the path without links, if the file is reached through one
    folder: bool = False
    wrong: str = ""
    fix: str = ""

    @property
    def hidden(self) -> bool:
        """Whether it, or a folder that it is in, begins with a dot: mkdocs does not copy such files by default."""
        return _hidden(self.name)


def walk(root: str, tree: str) -> list[Entry]:
    """An entry for each file of a tree of the project, and for each link to a folder; none where there is no tree.

    Links are followed where they lead to files of the project that may be published, and never in a circle.
    """
    entries: list[Entry] = []
    parent = os.path.realpath(os.path.dirname(f"{root}/{tree}"))  # noqa: PTH120 - Path objects are slow
    real_root = os.path.realpath(root)
    if not os.path.lexists(f"{root}/{tree}"):
        return entries
    if not inside(real_root, parent):
        wrong = f"is in a folder that is a link out of the project, to {parent}"
        return [Entry(tree, folder=True, wrong=wrong, fix=COPY)]
    try:
        _Walker(real_root, entries).tree(f"{root}/{tree}", tree, parent)
    except _TooMany:
        fix = "remove files from it, or links to folders"
        entries.append(Entry(tree, folder=True, wrong=f"holds more than {MOST:,} files", fix=fix))
    return entries


class _TooMany(Exception):
    pass


class _Walker:
    """Walks folders. real: a folder's path without links; above: the real paths of the folders above, and its own."""

    def __init__(self, root: str, entries: list[Entry]):
        self.root, self.entries = root, entries

    def tree(self, path: str, name: str, parent: str) -> None:
        there = os.lstat(path)
        if stat.S_ISLNK(there.st_mode):
            self.link(path, name, (parent,))
        elif stat.S_ISDIR(there.st_mode):
            self.folder(path, name, f"{parent}/{os.path.basename(path)}", (parent,), False)  # noqa: PTH119
        else:
            self.entries.append(_file(self.root, name, there, "", ""))

    def folder(self, path: str, name: str, real: str, above: tuple[str, ...], linked: bool) -> None:
        try:
            with os.scandir(path) as scanned:
                inner = sorted(scanned, key=attrgetter("name"))
        except OSError as error:
            wrong, fix = f"cannot be read: {error.strerror}", "make it readable"
            self.entries.append(Entry(name, folder=True, wrong=wrong, fix=fix))
            return
        if len(self.entries) > MOST:
            raise _TooMany
        above = (*above, real)
        for entry in inner:
            base, inside_it = entry.name, f"{name}/{entry.name}"
            if entry.is_symlink():
                self.link(entry.path, inside_it, above)
            elif linked and base.startswith("."):
                continue  # a hidden file of a folder is not part of a link to the folder
            elif not entry.is_dir(follow_symlinks=False):
                self.file(entry, inside_it, f"{real}/{base}" if linked else "")
            elif base != "__pycache__":
                self.folder(entry.path, inside_it, f"{real}/{base}", above, linked)

    def file(self, entry: os.DirEntry[str], name: str, real: str) -> None:
        try:
            there = entry.stat(follow_symlinks=False)
        except OSError as error:  # removed since the folder was read
            self.entries.append(Entry(name, wrong=f"cannot be read: {error.strerror}", fix="build again"))
            return
        self.entries.append(_file(self.root, name, there, "", real))

    def link(self, path: str, name: str, above: tuple[str, ...]) -> None:
        link = os.readlink(path)  # noqa: PTH115
        try:
            there = os.stat(path)  # noqa: PTH116
        except OSError as error:
            circle = error.errno == errno.ELOOP
            wrong = f"a link to {link}, which leads {'back to itself' if circle else 'nowhere'}"
            fix = OUT if circle else f"{OUT}, or fix where it leads"
            self.entries.append(Entry(name, None, link, "", circle, wrong, fix))
            return
        real, folder = os.path.realpath(path), stat.S_ISDIR(there.st_mode)
        if wrong := _not_allowed(self.root, real):
            self.entries.append(Entry(name, there, link, real, folder, f"a link to {link}: {wrong}", COPY))
        elif not folder:
            self.entries.append(_file(self.root, name, there, link, real))
        elif any(inside(real, each) for each in above):
            wrong = f"a link to {link}, a folder that it is in, and so without an end"
            self.entries.append(Entry(name, there, link, real, True, wrong, OUT))
        else:
            self.entries.append(Entry(name, there, link, real, True))
            self.folder(path, name, real, above, True)


def _file(root: str, name: str, there: os.stat_result, link: str, real: str) -> Entry:
    wrong, fix = "", ""
    if not stat.S_ISREG(there.st_mode):
        wrong, fix = f"{_KINDS.get(stat.S_IFMT(there.st_mode), 'not a file')}, where a file is expected", OUT
    elif there.st_nlink > 1:
        wrong = "a hard link: the same file has another name, and may be outside the project"
        fix = "make it a file of its own: copy it, and replace it with the copy"
    elif real and (secret := _secret(root, real)):
        wrong, fix = f"leads to {secret}, which by its name is a secret", OUT
    return Entry(name, there, link, real, False, wrong, fix)


def _not_allowed(root: str, real: str) -> str:
    """Why a link must not lead to a real path: it is outside the project, or private; or ""."""
    if not inside(root, real):
        return f"it leads out of the project, to {real}"
    below = real[len(root) + 1 :]
    if _hidden(below):
        return f"{below} begins with a dot, and is not for publishing"
    if below.split("/")[0] == "site" or below.startswith("site.new."):
        return f"{below} is the finished site"
    secret = _secret(root, real)
    return f"{secret} is by its name a secret" if secret else ""


def _secret(root: str, real: str) -> str:
    """The part of a real path below the root that names a secret, or ""."""
    return next((part for part in real[len(root) + 1 :].split("/") if _SECRET.fullmatch(part)), "")


def _hidden(name: str) -> bool:
    return name.startswith(".") or "/." in name


def inside(folder: str, path: str) -> bool:
    """Whether a real path is that of a folder, or below it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def read_text(path: Path) -> str:
    """The text of a file of the list. Raises OSError where it is gone, UnicodeDecodeError where it is not UTF-8."""
    handle = os.open(os.path.realpath(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "no longer a file", str(path))
    with os.fdopen(handle, encoding="utf-8") as file:
        return file.read()
