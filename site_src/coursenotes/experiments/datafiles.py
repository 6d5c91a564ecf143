"""The files of a real dataset: found, or downloaded, and checked. A file with another digest is never used.

They are looked up in the folder COURSENOTES_DATA, then in the user's cache, then downloaded into the cache. The members
of an archive count as the archive, since many people keep only the unpacked folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from coursenotes.api import Dataset, File
from coursenotes.cache.store import write_atomic
from coursenotes.errors import CoursenotesError, Problem, Problems
from coursenotes.experiments.unpack import is_archive, unpack

VARIABLE = "COURSENOTES_DATA"
TIMEOUT = 30  # seconds without data, after which a download fails


def fetch(dataset: Dataset, root: Path | str | None = None, cache: Path | str | None = None) -> Path:
    """A folder that holds every file of a dataset, checked.

    root replaces COURSENOTES_DATA: the files, the archives or their members are in root/<dataset.folder>. cache
    replaces the user's cache. A member "ml-100k/u.data" of a dataset whose folder is "ml-100k" is at u.data in the
    returned folder. Raises CoursenotesError with every file that is missing, and how to get it.
    """
    return DatasetFiles(dataset, root, cache).fetch()


class DatasetFiles:
    """One dataset's files: the folders where they may be, and which of them exist."""

    def __init__(self, dataset: Dataset, root: Path | str | None = None, cache: Path | str | None = None):
        self.dataset = dataset
        self.name = dataset.folder or re.sub(r"\W+", "-", dataset.title.lower()).strip("-")
        provided = root or os.environ.get(VARIABLE)
        self.provided = Path(provided).expanduser().absolute() / self.name if provided else None
        self.cache = Path(cache).absolute() if cache else user_cache()
        self.kept = self.cache / self.name
        self.digests = Digests(self.cache / "digests.json")
        self.wrong: dict[Path, str] = {}  # path -> the declared digest, which it does not have

    def fetch(self) -> Path:
        if (
            self.provided is not None
            and self.provided.is_dir()
            and all(self._complete(f, self.provided) for f in self._files())
        ):
            return self.provided
        if self.kept.is_dir() and all(self._complete(f, self.kept) for f in self._files()):
            return self.kept
        problems = Problems()
        try:
            self.kept.mkdir(parents=True, exist_ok=True)
            with locked(self.cache / f".{self.name}.lock"):  # jobs that start together download once
                for file in self._files():
                    if not self._complete(file, self.kept):
                        try:
                            self._obtain(file)
                        except CoursenotesError as error:
                            problems.extend(error)
        except OSError as error:
            problems.add(
                f"the data of {self.dataset.title} cannot be kept in {self.kept}: {error}", fix=self._how_to_provide()
            )
        problems.raise_if_any()
        return self.kept

    def _files(self) -> Iterator[File]:
        for file in self.dataset.files:
            if not file.sha256 and not file.members:
                raise CoursenotesError(
                    Problem(f"{file.name} of {self.dataset.title} has no digest", fix='declare File(…, sha256="…")')
                )
            yield file

    def _complete(self, file: File, folder: Path) -> bool:
        """Whether a folder holds this file, or all of its members, unpacked where a loader looks for them."""
        if file.members:
            return all(self._matches(folder / self._place(name), sha) for name, sha in file.members.items())
        if is_archive(file.name):
            mark = folder / f".{file.name}.unpacked"
            return mark.is_file() and mark.read_text() == file.sha256
        return self._matches(folder / file.name, file.sha256)

    def _matches(self, path: Path, sha256: str) -> bool:
        digest = self.digests.of(path)
        if digest is not None and digest != sha256.lower():
            self.wrong[path] = sha256
        return digest == sha256.lower()

    def _place(self, member: str) -> str:
        """The path of an archive's member in the dataset's folder: without a top folder of the same name."""
        return member.removeprefix("./").removeprefix(f"{self.name}/")

    def _obtain(self, file: File) -> None:
        """Copy one file into the cache from COURSENOTES_DATA, if it or its members are there; else download it."""
        if self.provided is not None and not is_archive(file.name) and self._complete(file, self.provided):
            self._copy(self.provided / file.name, self.kept / file.name)
        elif self.provided is not None and file.members and self._complete(file, self.provided):
            for member in file.members:
                self._copy(self.provided / self._place(member), self.kept / self._place(member))
        else:
            path = self._archive(file) or self._download(file)
            if is_archive(file.name):
                self._unpack(file, path)
            elif path != self.kept / file.name:
                self._copy(path, self.kept / file.name)

    def _archive(self, file: File) -> Path | None:
        """The file itself, where it was put by hand; None where it was not."""
        folders = [self.provided, self.provided.parent] if self.provided is not None else []
        for folder in (*folders, self.kept):
            if file.sha256 and self._matches(folder / file.name, file.sha256):
                return folder / file.name
        return None

    def _download(self, file: File) -> Path:
        import pooch
        import requests

        if not file.url:
            what = f"{file.name} of {self.dataset.title} is missing"
            raise CoursenotesError(Problem(what, details=tuple(self._wrong()), fix=self._how_to_provide(file)))
        pooch.get_logger().setLevel("WARNING")
        known = f"sha256:{file.sha256}" if file.sha256 else None
        downloader = pooch.HTTPDownloader(timeout=TIMEOUT) if file.url.startswith("http") else None
        try:
            return Path(pooch.retrieve(file.url, known, file.name, self.kept, downloader=downloader))
        except (requests.RequestException, OSError) as error:
            what = f"{file.name} of {self.dataset.title} is missing, and {file.url} cannot be downloaded"
            details = [f"{type(error).__name__}: {error}", *self._wrong()]
        except ValueError as error:  # pooch raises it for a wrong digest
            what = f"{file.url} is not the file that {self.dataset.title} declares"
            details = [str(error), *self._wrong()]
        raise CoursenotesError(Problem(what, details=tuple(details), fix=self._how_to_provide(file)))

    def _unpack(self, file: File, archive: Path) -> None:
        with tempfile.TemporaryDirectory(dir=self.cache) as name:
            names = unpack(archive, Path(name), set(file.members) or None)
            for member in names:
                target = self.kept / self._place(member)
                target.parent.mkdir(parents=True, exist_ok=True)
                (Path(name) / member).replace(target)
        if file.members and not self._complete(file, self.kept):
            bad = [m for m, sha in file.members.items() if not self._matches(self.kept / self._place(m), sha)]
            raise CoursenotesError(
                Problem(f"{archive} does not hold what {self.dataset.title} declares", details=tuple(sorted(bad)))
            )
        if not file.members:
            write_atomic(self.kept / f".{file.name}.unpacked", file.sha256)

    def _copy(self, source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}")
        shutil.copyfile(source, temporary)
        temporary.replace(target)

    def _wrong(self) -> list[str]:
        return [f"{path} is there, but its digest is not {sha}" for path, sha in self.wrong.items()]

    def _how_to_provide(self, file: File | None = None) -> str:
        where = f"${VARIABLE}/{self.name}"
        if file is None:
            return f"set {VARIABLE} to a folder that can be written or that holds the files in {self.name}"
        what = f"{file.name} from {file.url or self.dataset.url}"
        unpacked = f", or {', '.join(map(self._place, file.members))} unpacked" if file.members else ""
        return f"put {what}{unpacked} into {where}, and set {VARIABLE} to the folder above it"


class Digests:
    """SHA-256 of files, stored by path, size and time of change, so that no job reads 200 MB for its digest."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self.known: dict[str, list[int | str]] = json.loads(path.read_text())
        except (OSError, ValueError):
            self.known = {}

    def of(self, path: Path) -> str | None:
        """The digest of a file in hex, or None where there is no file."""
        try:
            state = path.stat()
            stamp: list[int | str] = [state.st_size, state.st_mtime_ns, state.st_ino]
            known = self.known.get(str(path))
            if known is not None and known[:-1] == stamp:
                return str(known[-1])
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
        self.known[str(path)] = [*stamp, digest]
        with contextlib.suppress(OSError):  # without the cache it only takes longer
            write_atomic(self.path, json.dumps(self.known, indent=0))
        return digest


def user_cache() -> Path:
    """The folder for downloads on this system: ~/.cache/coursenotes on Linux; COURSENOTES_CACHE says another."""
    import pooch

    return Path(os.environ.get("COURSENOTES_CACHE") or pooch.os_cache("coursenotes"))


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, which the system releases if this process ends."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
