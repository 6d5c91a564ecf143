"""Real data: found, downloaded from a local server, checked, unpacked; and what is said when it cannot be had."""

from __future__ import annotations

import functools
import gzip
import hashlib
import http.server
import io
import os
import stat
import tarfile
import threading
import zipfile
from pathlib import Path

import pytest

from coursenotes import Dataset, File
from coursenotes.errors import CoursenotesError
from coursenotes.experiments import datafiles, unpack

RATINGS, FILMS = b"1\t2\t5\n" * 100, b"1|Alien\n2|Brazil\n"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(*members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


ARCHIVE = zipped({"ml/ratings": RATINGS, "ml/films/list": FILMS, "ml/unused": b"-"})
MEMBERS = {"ml/ratings": sha(RATINGS), "ml/films/list": sha(FILMS)}


class Shelf:
    """A web server's folder, and how often each file was asked for."""

    def __init__(self, folder: Path, url: str, asked: list[str]):
        self.folder, self.url, self.asked = folder, url, asked

    def put(self, name: str, data: bytes) -> str:
        (self.folder / name).write_bytes(data)
        return f"{self.url}/{name}"


@pytest.fixture
def shelf(tmp_path: Path):
    folder, asked = tmp_path / "shelf", []
    folder.mkdir()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_request(self, code="-", size="-"):
            asked.append(self.path.lstrip("/"))

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Shelf(folder, f"http://127.0.0.1:{server.server_address[1]}", asked)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(datafiles, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.delenv("COURSENOTES_DATA", raising=False)
    return tmp_path / "cache"


def films(url: str = "", archive: bytes = ARCHIVE, **changes) -> Dataset:
    file = File("ml.zip", url, sha(archive), changes.pop("members", MEMBERS))
    return Dataset(title="Films", files=[file], folder="ml", **changes)


def put_members(folder: Path) -> Path:
    (folder / "ml" / "films").mkdir(parents=True)
    (folder / "ml" / "ratings").write_bytes(RATINGS)
    (folder / "ml" / "films" / "list").write_bytes(FILMS)
    return folder


# ---------------------------------------------------------------- where it is found
def test_unpacked_members_are_used_where_they_lie(tmp_path: Path, cache: Path, monkeypatch):
    monkeypatch.setenv("COURSENOTES_DATA", str(put_members(tmp_path / "given")))
    assert datafiles.fetch(films()) == tmp_path / "given" / "ml"
    assert datafiles.fetch(films(), root=put_members(tmp_path / "other")) == tmp_path / "other" / "ml"
    assert not (cache / "ml").exists()


def test_an_archive_is_unpacked_into_the_cache_and_not_beside_itself(tmp_path: Path, cache: Path):
    (tmp_path / "given" / "ml").mkdir(parents=True)
    (tmp_path / "given" / "ml" / "ml.zip").write_bytes(ARCHIVE)
    folder = datafiles.fetch(films(), root=tmp_path / "given")
    assert folder == cache / "ml"
    assert (folder / "ratings").read_bytes() == RATINGS and (folder / "films" / "list").read_bytes() == FILMS
    assert not (folder / "unused").exists()
    assert sorted(p.name for p in (tmp_path / "given" / "ml").iterdir()) == ["ml.zip"]


def test_a_download_is_checked_unpacked_and_done_once(shelf: Shelf, cache: Path):
    dataset = films(shelf.put("ml.zip", ARCHIVE))
    for _ in range(2):
        assert (datafiles.fetch(dataset) / "ratings").read_bytes() == RATINGS
    assert shelf.asked == ["ml.zip"]


def test_an_archive_without_declared_members_is_unpacked_whole(shelf: Shelf):
    dataset = films(shelf.put("ml.zip", ARCHIVE), members={})
    folder = datafiles.fetch(dataset)
    assert (folder / "unused").read_bytes() == b"-" and datafiles.fetch(dataset) == folder
    assert shelf.asked == ["ml.zip"]


def test_a_lone_gz_is_not_unpacked_and_files_are_gathered(shelf: Shelf, tmp_path: Path, cache: Path):
    here, there = gzip.compress(b"images"), gzip.compress(b"labels")
    (tmp_path / "given" / "digits").mkdir(parents=True)
    (tmp_path / "given" / "digits" / "images.gz").write_bytes(here)
    files = [File("images.gz", f"{shelf.url}/images.gz", sha(here))]
    files.append(File("labels.gz", shelf.put("labels.gz", there), sha(there)))
    folder = datafiles.fetch(Dataset(title="Digits", files=files, folder="digits"), root=tmp_path / "given")
    assert folder == cache / "digits" and shelf.asked == ["labels.gz"]
    assert gzip.decompress((folder / "images.gz").read_bytes()) == b"images"
    assert gzip.decompress((folder / "labels.gz").read_bytes()) == b"labels"


def test_a_top_folder_of_another_name_is_kept(shelf: Shelf):
    archive = tarred((tarfile.TarInfo("batches/one"), b"1"), (tarfile.TarInfo("batches/two"), b"2"))
    file = File("c.tar.gz", shelf.put("c.tar.gz", archive), sha(archive), {"batches/one": sha(b"1")})
    folder = datafiles.fetch(Dataset(title="C", files=[file], folder="c"))
    assert (folder / "batches" / "one").read_bytes() == b"1"


def test_a_digest_is_computed_once_and_again_when_the_file_changed(tmp_path: Path, monkeypatch):
    given, read = put_members(tmp_path / "given"), []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, kind: read.append(file.name) or real(file, kind))
    for _ in range(3):
        datafiles.fetch(films(), root=given)
    assert len(read) == 2
    path = given / "ml" / "ratings"
    path.write_bytes(RATINGS.replace(b"5", b"4"))  # of the same size
    os.utime(path, ns=(0, 1_600_000_000_000_000_000))
    with pytest.raises(CoursenotesError):
        datafiles.fetch(films(), root=given)


def test_a_cache_that_cannot_be_written_does_not_stop_data_that_is_there(tmp_path: Path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    given = put_members(tmp_path / "given")
    assert datafiles.fetch(films(), root=given, cache=tmp_path / "file" / "cache") == given / "ml"
    with pytest.raises(CoursenotesError, match="cannot be kept"):
        datafiles.fetch(films(), cache=tmp_path / "file" / "cache")


# ---------------------------------------------------------------- what is said when it cannot be had
def test_missing_files_are_all_named_with_what_to_do():
    files = [File("a.gz", "", sha(b"a")), File("ml.zip", "", sha(ARCHIVE), MEMBERS)]
    with pytest.raises(CoursenotesError) as caught:
        datafiles.fetch(Dataset(title="Two", files=files, folder="two", url="https://example.org/two"))
    said = str(caught.value)
    assert len(caught.value.problems) == 2 and "a.gz of Two is missing" in said
    assert "$COURSENOTES_DATA/two" in said and "https://example.org/two" in said and "ml/ratings" in said


def test_a_file_that_nobody_serves_and_that_is_another_is_told_from_a_missing_one(tmp_path: Path):
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "a.csv").write_bytes(b"another")
    dataset = Dataset(title="Two", files=[File("a.csv", "", sha(b"a"))], folder="two", url="https://example.org/two")
    with pytest.raises(CoursenotesError, match="a.csv is there, but its digest is not " + sha(b"a")):
        datafiles.fetch(dataset, root=tmp_path)


def test_a_server_that_has_it_not(shelf: Shelf):
    with pytest.raises(CoursenotesError) as caught:
        datafiles.fetch(films(f"{shelf.url}/gone.zip"))
    assert "cannot be downloaded" in str(caught.value) and "404" in str(caught.value)
    assert "COURSENOTES_DATA" in caught.value.problems[0].fix


def test_no_server_at_all():
    with pytest.raises(CoursenotesError, match="cannot be downloaded"):
        datafiles.fetch(films("http://127.0.0.1:9/ml.zip"))


def test_a_download_with_another_digest_is_refused(shelf: Shelf, cache: Path):
    with pytest.raises(CoursenotesError, match="is not the file that Films declares"):
        datafiles.fetch(films(shelf.put("ml.zip", ARCHIVE + b"more")))
    assert not (cache / "ml" / "ratings").exists()


def test_a_changed_file_that_was_given_is_said_where_nothing_better_is_found(tmp_path: Path):
    given = put_members(tmp_path / "given")
    (given / "ml" / "ratings").write_bytes(b"changed")
    with pytest.raises(CoursenotesError) as caught:
        datafiles.fetch(films("http://127.0.0.1:9/ml.zip"), root=given)
    assert "ml/ratings is there, but its digest is not" in str(caught.value)


def test_members_with_other_digests_are_refused(shelf: Shelf):
    with pytest.raises(CoursenotesError, match="does not hold what Films declares"):
        datafiles.fetch(films(shelf.put("ml.zip", ARCHIVE), members={"ml/ratings": sha(b"other")}))


def test_a_file_without_any_digest_is_never_used(shelf: Shelf):
    with pytest.raises(CoursenotesError, match="has no digest"):
        datafiles.fetch(Dataset(title="T", files=[File("t.txt", shelf.put("t.txt", b"t"))], folder="t"))


# ---------------------------------------------------------------- archives that somebody else made
def link(name: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def zip_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def str_or_nothing(value: object) -> str:
    """Ids that are the same in every process of a test run: archives hold times and random bytes."""
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("up.zip", zipped({"../out": b"x"})),
        ("deep.zip", zipped({"a/../../out": b"x"})),
        ("absolute.zip", zipped({"/tmp/out": b"x"})),
        ("drive.zip", zipped({"C:\\out": b"x"})),
        ("link.zip", zip_link()),
        ("up.tar", tarred((tarfile.TarInfo("../out"), b"x"), mode="w")),
        ("absolute.tar.gz", tarred((tarfile.TarInfo("/tmp/out"), b"x"))),
        ("link.tgz", tarred((link("link"), b""))),
        ("hard.tgz", tarred((link("hard", tarfile.LNKTYPE), b""))),
        ("device.tar", tarred((link("device", tarfile.CHRTYPE), b""), mode="w")),
        ("broken.zip", b"PK not really"),
        ("broken.tar.gz", ARCHIVE),
        ("cut.tar.gz", tarred((tarfile.TarInfo("a"), os.urandom(100_000)))[:50_000]),
    ],
    ids=str_or_nothing,
)
def test_an_archive_that_leads_elsewhere_or_is_broken_is_refused(tmp_path: Path, name: str, data: bytes):
    archive, folder = tmp_path / name, tmp_path / "into"
    archive.write_bytes(data)
    folder.mkdir()
    with pytest.raises(CoursenotesError, match="is not unpacked"):
        unpack.unpack(archive, folder)
    assert not (tmp_path / "out").exists() and not Path("/tmp/out").exists()
    assert not any(path.is_symlink() for path in folder.rglob("*"))


def test_a_bomb_is_stopped(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(unpack, "FREE", 2**20)
    (tmp_path / "bomb.zip").write_bytes(zipped({"zeros": bytes(2**23)}))
    (tmp_path / "into").mkdir()
    with pytest.raises(CoursenotesError, match="far more than"):
        unpack.unpack(tmp_path / "bomb.zip", tmp_path / "into")
    assert (tmp_path / "into" / "zeros").stat().st_size <= 2**20 + unpack.PIECE
