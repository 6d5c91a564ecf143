"""What all tests share: a copy of the mini site, and the folders of the real one."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from coursenotes.paths import Paths

pytest_plugins = ["pytester", "coursenotes.claims.plugin"]

ROOT = Path(__file__).parents[1]
MINI = Path(__file__).parent / "mini_site"


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a script that runs in the background ignores Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)  # and what is tested would inherit that


@pytest.fixture
def mini(tmp_path: Path) -> Paths:
    """A fresh copy of the mini site: a whole project with two topics."""
    folder = tmp_path / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    return Paths(folder)
