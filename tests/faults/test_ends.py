"""A whole build that ends badly: one clear message, the site as it was, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from coursenotes.paths import Paths
from tests.engine.workers_project import wait_until

BUILD = [sys.executable, "-m", "coursenotes.cli", "build"]


def build(paths: Paths) -> subprocess.CompletedProcess[str]:
    """A build of a project whose site is one file."""
    paths.site.mkdir(exist_ok=True)
    (paths.site / "index.html").write_text("as it was")
    done = subprocess.run(BUILD, cwd=paths.root, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert [p.name for p in paths.site.iterdir()] == ["index.html"]
    assert not list(paths.root.glob("site.new.*"))
    return done


def test_links_that_lead_nowhere_are_told_with_their_lines(mini: Paths):
    page = mini.docs / "index.md"
    page.write_text(page.read_text() + "\n[x](nowhere.md)\n\n![y](nothing.png)\n")
    said = build(mini).stderr
    assert "docs/index.md:7: nowhere.md leads to no page" in said
    assert "docs/index.md:9: no image nothing.png" in said and "2 problems" in said


def test_an_address_that_only_the_renderer_knows_is_told_with_its_line(mini: Paths):
    page = mini.docs / "index.md"
    page.write_text(page.read_text() + "\n[x](evidence/nothing.md)\n\n[y](reference/nothing.md)\n")
    said = build(mini).stderr
    assert "docs/index.md:7: " in said and "'evidence/nothing.md'" in said
    assert "docs/index.md:9: " in said and "'reference/nothing.md'" in said and "2 problems" in said


def test_a_configuration_that_is_no_yaml_is_told(mini: Paths):
    path = mini.root / "mkdocs.yml"
    path.write_text(path.read_text() + "\nextra: [unclosed\n")
    assert "mkdocs.yml: " in build(mini).stderr


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_nothing_is_left_when_it_is_stopped(mini: Paths, tmp_path: Path, number: int, status: int, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    path = mini.snippet("averages")
    text = path.read_text().replace("import numpy", "import time\n\nimport numpy", 1)
    path.write_text(text.replace('    return {"error"', '    time.sleep(60)\n    return {"error"'))
    process = subprocess.Popen(BUILD, cwd=mini.root, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert wait_until(lambda: len(list((mini.state / "jobs").glob("*/*/output.txt"))) >= 1, 20)
    process.send_signal(number)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == status and "finished work is kept" in said and "Traceback" not in said
    assert not list((mini.state / "jobs").glob("[!.]*")) and not list((tmp_path / "t").iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written(mini: Paths):
    mini.state.mkdir()
    mini.state.chmod(0o500)
    said = build(mini).stderr
    assert "Permission denied" in said and "fix: make it writable" in said


def test_temporary_files_are_looked_for_elsewhere(mini: Paths, monkeypatch):
    monkeypatch.setenv("TMPDIR", "/nonexistent")
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert subprocess.run([*BUILD[:-1], "run", "averages"], cwd=mini.root, capture_output=True).returncode == 0
