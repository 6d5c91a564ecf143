"""An address that is taken is told before anything is built, with one that is free."""

from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest

from coursenotes.build import serving
from coursenotes.errors import CoursenotesError
from coursenotes.paths import Paths


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_address_is_told_with_a_free_one(taken: int):
    with pytest.raises(CoursenotesError, match=f"127.0.0.1:{taken} is taken") as caught:
        serving.check("127.0.0.1", taken)
    free = re.search(r"mkdocs serve -a (127\.0\.0\.1):(\d+)", caught.value.problems[0].fix)
    assert int(free[2]) != taken
    serving.check(free[1], int(free[2]))


def test_a_free_address_stays_free(taken: int):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for _ in range(3):
        serving.check("127.0.0.1", port)
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize("host, port", [("192.0.2.1", 8000), ("127.0.0.1", 70000), ("no.such.host.invalid", 8000)])
def test_an_address_that_cannot_be_served_at_is_told(host: str, port: int):
    with pytest.raises(CoursenotesError, match=f"cannot serve at {host}:{port}") as caught:
        serving.check(host, port)
    assert "mkdocs serve -a 127.0.0.1:8000" in caught.value.problems[0].fix


def test_an_address_of_the_newer_internet_is_written_as_mkdocs_reads_it():
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no such address")
    with server, pytest.raises(CoursenotesError, match=r"\[::1\]:\d+ is taken") as caught:
        serving.check("::1", server.getsockname()[1])
    assert "mkdocs serve -a [::1]:" in caught.value.problems[0].fix


@pytest.mark.parametrize("more", [[], ["--clean"], ["--no-livereload"]])
def test_mkdocs_serve_says_so_before_anything_is_trained(mini: Paths, taken: int, more: list[str]):
    command = [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{taken}", *more]
    done = subprocess.run(command, cwd=mini.root, capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 1 and "Traceback" not in said
    assert f"127.0.0.1:{taken} is taken" in said and "fix: mkdocs serve -a 127.0.0.1:" in said
    assert not (mini.state / "store").exists() and "jobs to run" not in said


def test_mkdocs_build_does_not_mind(mini: Paths):
    """Nobody serves: an address that is taken is nothing to a build."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = mini.root / "mkdocs.yml"
        settings.write_text(settings.read_text() + f"dev_addr: 127.0.0.1:{server.getsockname()[1]}\n")
        command = [sys.executable, "-m", "mkdocs", "build"]
        done = subprocess.run(command, cwd=mini.root, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
