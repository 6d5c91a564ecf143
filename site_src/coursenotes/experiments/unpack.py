"""Unpacks untrusted zip and tar archives: nothing outside the folder, no links, no endless files."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Iterator, Set
from pathlib import Path, PurePosixPath
from typing import IO

from coursenotes.errors import CoursenotesError, Problem

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
MOST = 32 * 2**30  # bytes, unpacked
MOST_TIMES = 100  # bytes unpacked for each byte packed, beyond the first
FREE = 64 * 2**20  # bytes that any archive may unpack to
PIECE = 2**20


def is_archive(name: str) -> bool:
    """Whether a file is unpacked before use. A lone .gz is not: its loader reads it as it is."""
    return name.lower().endswith(ENDINGS)


def unpack(archive: Path, folder: Path, only: Set[str] | None = None) -> list[str]:
    """Unpack an archive, or some of its members, into an existing folder. -> the names of the files, sorted.

    Raises CoursenotesError where the archive is broken, holds a name that leads out of the folder, a link or a
    device, or unpacks to far more than its size; the names of other members are checked too.
    """
    room = min(MOST, max(FREE, MOST_TIMES * archive.stat().st_size))
    done = []
    try:
        for name, source in _members(archive, only):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("wb") as out:
                while piece := source.read(PIECE):
                    room -= len(piece)
                    if room < 0:
                        raise _refused(archive, f"it unpacks to far more than its {archive.stat().st_size:,} bytes")
                    out.write(piece)
            done.append(name)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError) as error:
        raise _refused(archive, f"{type(error).__name__}: {error}") from error
    return sorted(done)


def _members(archive: Path, only: Set[str] | None) -> Iterator[tuple[str, IO[bytes]]]:
    """The regular files of an archive, each open for reading."""
    if archive.name.lower().endswith(".zip"):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                mode = info.external_attr >> 16
                if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
                    raise _refused(archive, f"{info.filename!r} is a link or a device")
                name = _safe(archive, info.filename)
                if not info.is_dir() and (only is None or name in only):
                    yield name, packed.open(info)
    else:
        with tarfile.open(archive) as packed:
            for member in packed:
                if not (member.isfile() or member.isdir()):
                    raise _refused(archive, f"{member.name!r} is a link or a device")
                name = _safe(archive, member.name)
                source = packed.extractfile(member) if only is None or name in only else None
                if source is not None:
                    yield name, source


def _safe(archive: Path, name: str) -> str:
    """A member's name without a leading "./"; refused where it leads elsewhere."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in path.parts[0:1] or "\0" in name:
        raise _refused(archive, f"{name!r} leads out of the folder")
    return str(path)


def _refused(archive: Path, why: str) -> CoursenotesError:
    return CoursenotesError(
        Problem(f"{archive} is not unpacked: {why}", fix="download it again from its official address")
    )
