"""The project's commands: what they say and install before anything else is there."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

NOXFILE = Path(__file__).parents[2] / "noxfile.py"


class Session:
    """What a session is given, which notes what is done with it."""

    def __init__(self, *posargs: str):
        self.posargs, self.done = list(posargs), []

    def log(self, text: str) -> None:
        self.done.append(text)

    def run(self, *command: str, external: bool) -> None:
        assert external
        self.done.append(" ".join(command))


@pytest.fixture
def sessions(monkeypatch, tmp_path):
    """The noxfile's names, with an environment in an empty folder."""
    nox = ModuleType("nox")
    nox.options = SimpleNamespace()
    nox.session = lambda function: function
    monkeypatch.setitem(sys.modules, "nox", nox)
    names = runpy.run_path(str(NOXFILE))
    environment = tmp_path / "environment"
    spaces = names["run"].__globals__
    spaces.update(ENVIRONMENT=environment, PROGRAMS=environment / "bin")
    monkeypatch.setattr("venv.create", lambda folder, **how: folder.mkdir())
    return spaces


def test_an_install_says_what_it_does_before_it_does_it(sessions):
    session = Session()
    sessions["build"](session)
    says, pip, install, program = session.done
    assert "PyTorch" in says and "minutes" in says and "GB" in says and "once" in says
    assert pip.endswith("--upgrade pip")
    assert " install " in install and "constraints.txt" in install and "-q" not in install.replace("--quiet", "-q")
    assert program.endswith("coursenotes build")


def test_the_second_time_it_installs_and_says_nothing(sessions):
    sessions["build"](Session())
    session = Session("--open")
    sessions["build"](session)
    assert len(session.done) == 1 and session.done[0].endswith("coursenotes build --open")


def test_an_install_that_broke_is_made_again(sessions, monkeypatch):
    def broken(*command: str, external: bool) -> None:
        raise RuntimeError("no network")

    session = Session()
    session.run = broken
    with pytest.raises(RuntimeError):
        sessions["build"](session)
    monkeypatch.setattr("venv.create", lambda folder, **how: None)
    session = Session()
    sessions["build"](session)
    assert len(session.done) == 4


def test_claims_are_accepted_by_replicating_them(sessions):
    session = Session("dropout")
    sessions["replicate"](session)
    assert session.done[-1].endswith("coursenotes replicate dropout")
