"""The short cut "Nothing changed": it is taken where nothing changed, and never where anything did.

One project that depends on all kinds of files is built; each test changes one thing in a copy of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coursenotes.build.build import build
from coursenotes.build.mkdocs_plugin import render
from coursenotes.cache import inputs, up_to_date
from coursenotes.claims import verdicts
from coursenotes.paths import Paths
from coursenotes.project import load
from coursenotes.workers.progress import Progress
from tests.conftest import MINI

CLI = [sys.executable, "-m", "coursenotes.cli"]
FILES = {
    "tools.py": '"""Words."""\n\nSHARE = 1.0\n',
    "tests/tools.py": '"""How far apart."""\n\nMARGIN = 0.3\n',
    "handouts/sheet.md": "# A sheet\n\nRead it.\n",
    "handouts/deep/data.txt": "1 2 3\n",
    "base.yml": "INHERIT: conf/more.yml\nsite_name: mini\n",
    "conf/more.yml": """\
markdown_extensions:
  - md_in_html
  - pymdownx.superfences
  - pymdownx.snippets: {base_path: [parts]}
  - toc
""",
    "hooks/one.py": "import two\n\n\ndef on_page_content(html, **_):\n    return html + two.TEXT\n",
    "hooks/two.py": 'TEXT = "<p>hooked</p>"\n',
    "own/main.html": '{% extends "base.html" %}\n',
    "parts/part.txt": "A part of a page.\n",
    "docs/.hidden.txt": "hidden\n",
}
SETTINGS = """\
INHERIT: base.yml
copyright: !ENV [MINI_COPYRIGHT, MINI_OTHER, nobody]
site_author: !ENV MINI_AUTHOR
repo_url: https://example.org/a/b
edit_uri: edit/main/docs/
theme: {name: material, font: false, custom_dir: own}
hooks: [hooks/one.py]
plugins: [search, coursenotes]
strict: true
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(paths: Paths, **environment: str) -> subprocess.CompletedProcess[str]:
    """A build as a person starts it."""
    env = {**os.environ, **environment}
    return subprocess.run([*CLI, "build"], cwd=paths.root, capture_output=True, text=True, env=env, timeout=120)


def is_unchanged(paths: Paths) -> bool:
    return up_to_date.unchanged(paths, scale="sample") is not None


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Paths:
    paths = Paths(tmp_path_factory.mktemp("built") / "mini")
    shutil.copytree(MINI, paths.root, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    for name, text in FILES.items():
        path = paths.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (paths.root / "mkdocs.yml").write_text(SETTINGS)
    (paths.docs / "handouts").symlink_to("../handouts")
    (paths.docs / "note.txt").symlink_to("../conf/more.yml")
    edit(paths.snippet("averages"), "import numpy as np\n", "import numpy as np\n\nfrom tools import SHARE\n")
    edit(paths.snippet("averages"), "return sum(values) /", "return SHARE * sum(values) /")
    claims = paths.claims_file("averages")
    edit(
        claims,
        "import below, falsified_by, swap\n",
        "import below, falsified_by, swap\nfrom tests.tools import MARGIN\n",
    )
    edit(claims, "margin=0.3", "margin=MARGIN")
    edit(paths.docs / "index.md", "Two topics", '--8<-- "part.txt"\n\n## Topics\n\nTwo topics')
    done = run(paths)
    assert done.returncode == 0, done.stderr
    return paths


@pytest.fixture
def again(built: Paths, tmp_path: Path) -> Paths:
    shutil.copytree(built.root, tmp_path / "mini", symlinks=True)
    return Paths(tmp_path / "mini")


def test_where_nothing_changed_the_command_says_so(built: Paths):
    before = {path: path.stat().st_mtime_ns for path in built.site.rglob("*")}
    done = run(built)
    assert done.stdout.startswith("Nothing changed: 0 jobs ran") and done.returncode == 0
    assert {path: path.stat().st_mtime_ns for path in built.site.rglob("*")} == before


def test_a_copy_elsewhere_is_unchanged(again: Paths):
    assert is_unchanged(again)


@pytest.mark.parametrize("name", sorted({*FILES, "mkdocs.yml", "pyproject.toml", "docs/index.md", "site/index.html"}))
def test_every_file_that_is_depended_on_is_watched(again: Paths, name: str):
    path = again.root / name
    path.write_text(path.read_text() + "\n# more\n" if path.is_file() else "")
    assert not is_unchanged(again)


@pytest.mark.parametrize("name", ["tools.py", "tests/tools.py", "handouts/sheet.md", "conf/more.yml", "hooks/two.py"])
def test_a_file_that_is_taken_away_is_noticed(again: Paths, name: str):
    (again.root / name).unlink()
    assert not is_unchanged(again)


@pytest.mark.parametrize("name", ["tools.py", "tests/tools.py", "base.yml", "parts/part.txt", "handouts/deep/data.txt"])
def test_a_file_of_the_same_size_and_another_time_is_noticed(again: Paths, name: str):
    path = again.root / name
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))
    assert not is_unchanged(again)


@pytest.mark.parametrize(
    "name",
    [
        "snippets/averages/__init__.py",  # Python takes the package, not the file next to it
        "tools/__init__.py",
        "tests/tools/__init__.py",
        "tests/__init__.py",  # it is run before what lies in it
        "numpy.py",  # in the place of the library
        "matplotlib/__init__.py",
        "snippets/steps/descend.py",  # where a name of a module was looked for
        "pymdownx/snippets.py",  # mkdocs loads its extensions by name
        "pytest.ini",  # pytest judges the claims
        "tests/claims/pytest.toml",
        "docs/.more",
        "parts/new.txt",
        "handouts/new.txt",
        "own/partials/logo.html",
    ],
)
def test_a_new_file_that_would_be_taken_is_noticed(again: Paths, name: str):
    path = again.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert not is_unchanged(again)


def test_a_link_that_leads_elsewhere_is_noticed(again: Paths):
    (again.docs / "handouts").unlink()
    (again.docs / "handouts").symlink_to("../parts")
    assert not is_unchanged(again)


def test_a_folder_in_the_place_of_a_link_to_it_is_noticed(again: Paths):
    (again.docs / "handouts").unlink()
    shutil.copytree(again.root / "handouts", again.docs / "handouts")
    assert not is_unchanged(again)


@pytest.mark.parametrize("link, target", [("l", "."), ("x", "/"), ("e.md", "/proc/self/environ"), ("h", "../.git")])
def test_a_link_that_a_build_refuses_is_noticed_and_not_followed(again: Paths, link: str, target: str):
    (again.root / ".git" / "deep").mkdir(parents=True)
    (again.docs / link).symlink_to(target)
    began = time.monotonic()
    assert not is_unchanged(again)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "name", ["MINI_COPYRIGHT", "MINI_OTHER", "MINI_AUTHOR", "COURSENOTES_DEVICES", "SOURCE_DATE_EPOCH"]
)
def test_a_variable_that_counts_is_noticed(again: Paths, monkeypatch, name: str):
    monkeypatch.setenv(name, "1700000000")
    assert not is_unchanged(again)


@pytest.mark.parametrize("name", ["HOME", "MINI_NOBODY_ASKS", "LS_COLORS"])
def test_another_variable_does_not_count(again: Paths, monkeypatch, name: str):
    monkeypatch.setenv(name, "1700000000")
    assert is_unchanged(again)


@pytest.mark.parametrize("name", ["notes.txt", "other/tools.py", "tests/engine/test_x.py", ".nox/x.py"])
def test_a_file_that_nothing_depends_on_does_not_count(again: Paths, name: str):
    path = again.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    assert is_unchanged(again)


def test_where_extensions_read_from_anywhere_everything_is_watched(again: Paths):
    edit(again.root / "conf" / "more.yml", "- pymdownx.snippets: {base_path: [parts]}", "- pymdownx.snippets")
    assert "." in inputs.settings(again).files
    edit(again.docs / "index.md", '"part.txt"', '"parts/part.txt"')
    assert run(again).returncode == 0 and is_unchanged(again)
    (again.root / "venv").mkdir()
    (again.root / "venv" / "pyvenv.cfg").write_text("")  # an environment is none of the sources
    assert is_unchanged(again)
    (again.root / "other").mkdir()
    (again.root / "other" / "text.txt").write_text("")
    assert not is_unchanged(again)


def test_settings_that_lie_outside_are_watched(again: Paths, tmp_path: Path):
    (tmp_path / "theirs.yml").write_text("site_description: theirs\n")
    edit(again.root / "base.yml", "INHERIT: conf/more.yml", "INHERIT: ../theirs.yml")
    assert str(tmp_path / "theirs.yml") in inputs.settings(again).files
    before = up_to_date.inputs(again, inputs.settings(again))
    (tmp_path / "theirs.yml").write_text("site_description: somebody's\n")
    assert up_to_date.inputs(again, inputs.settings(again)) != before


def test_python_that_settings_name_is_watched(mini: Paths):
    settings = (
        "\n  - a:\n      f: !!python/name:fences.run\n      g: !!python/object/apply:slugs.make\n        kwds: {}\n"
    )
    (mini.root / "mkdocs.yml").write_text(f"site_name: x\nmarkdown_extensions:{settings}")
    files = inputs.settings(mini).files
    assert {"fences.py", "fences/__init__.py", "slugs.py", "slugs/__init__.py"} <= set(files)


def test_settings_that_inherit_from_themselves_are_read_to_an_end(mini: Paths):
    (mini.root / "mkdocs.yml").write_text("INHERIT: a.yml\n")
    (mini.root / "a.yml").write_text("INHERIT: mkdocs.yml\n")
    assert {"a.yml", "mkdocs.yml"} <= set(inputs.settings(mini).files)


def test_a_claim_that_a_module_beside_it_makes_fail_is_told(again: Paths):
    edit(again.root / "tests" / "tools.py", "0.3", "3.0")
    done = run(again)
    assert not done.stdout.startswith("Nothing changed") and "averages.less_noisy" in done.stdout + done.stderr


def test_pages_are_rendered_anew_where_what_renders_them_changed(again: Paths):
    def shown(**environment: str) -> str:
        done = run(again, **environment)
        assert done.returncode == 0, done.stderr
        return (again.site / "index.html").read_text()

    assert "<p>hooked</p>" in shown() and "A part of a page." in shown() and "headerlink" not in shown()
    edit(again.root / "hooks" / "two.py", "hooked", "hooked anew")
    edit(again.root / "parts" / "part.txt", "A part", "Another part")
    html = shown()
    assert "<p>hooked anew</p>" in html and "Another part of a page." in html
    assert "Ana and others" in shown(MINI_OTHER="Ana and others")
    edit(again.root / "conf" / "more.yml", "- toc", "- toc: {permalink: true}")
    assert "headerlink" in shown()


@pytest.mark.parametrize("name", ["tools.py", "tests/tools.py", "numpy.py", "docs/index.md", "conf/more.yml"])
def test_what_is_changed_while_it_is_built_is_built_again(again: Paths, name: str):
    """The site shows what was read before; so that a build which says that nothing changed would be wrong."""

    def meddling(project, folder: Path) -> None:
        render(project, folder)
        path = again.root / name
        path.write_text(path.read_text() + "\n# more\n" if path.is_file() else "")

    edit(again.docs / "index.md", "Two topics", "Two short topics")
    with Progress(file=open(os.devnull, "w"), plain=True) as progress:  # noqa: PTH123
        build(again, progress, meddling)
    assert not is_unchanged(again)


def test_asking_takes_milliseconds_and_loads_little(again: Paths):
    """A second process asks, as a person does: no torch, no mkdocs, no yaml, no numpy, and no parsing of files."""
    code = f"""
import sys, time
from pathlib import Path
from coursenotes.cache import up_to_date
from coursenotes.paths import Paths

paths = Paths(Path({str(again.root)!r}))
up_to_date.unchanged(paths, scale="sample")
began = time.perf_counter()
assert up_to_date.unchanged(paths, scale="sample") is not None
print(time.perf_counter() - began)
slow = ("torch", "mkdocs", "yaml", "numpy", "pathspec", "coursenotes.cache.inputs", "coursenotes.experiments.plan")
print([name for name in slow if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert float(found[0]) < 0.5 and found[1] == "[]"


def test_what_code_looked_for_is_known_from_the_library(built: Paths):
    project = load(built)
    for claim in project.catalog.claims:
        verdicts.best(project.plan, claim)
    files = set(inputs.everything(project.paths, project.catalog.code).files)
    assert {"tools.py", "tools/__init__.py", "tests/tools.py", "snippets/averages/__init__.py", "numpy.py"} <= files


def test_a_preview_watches_what_lies_beside_the_trees(built: Paths):
    project = load(built)
    for claim in project.catalog.claims:
        verdicts.best(project.plan, claim)
    found = {path.relative_to(built.root).as_posix() for path in inputs.watched(project.paths, project.catalog.code)}
    assert {"tools.py", "tests/tools.py", "base.yml", "conf/more.yml", "hooks/one.py"} <= found
    assert not any(name.startswith(("docs/", "snippets/", "site/")) or name == "numpy.py" for name in found)
