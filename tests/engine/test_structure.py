"""The house's own rules: what may import what, and how long a module may be."""

import ast
import graphlib
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

import coursenotes

ENGINE, ROOT = Path(coursenotes.__file__).parent, Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contribute" / "how-it-works.md"
ROOMS = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)  # highest first: none imports from below


def files() -> list[Path]:
    return [p for p in sorted(ENGINE.rglob("*.py")) if p != ENGINE / "__init__.py"]


def name(path: Path) -> str:
    """What a file is imported as, below coursenotes: cache/keys.py -> cache.keys."""
    parts = path.relative_to(ENGINE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def folder(path: Path) -> str:
    return name(path if path.parent == ENGINE else path.parent / "__init__.py")


MODULES = {name(path): path for path in files()}


def room(module: str) -> str:
    return module.partition(".")[0]


def imported(path: Path) -> set[str]:
    """The modules of the engine that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and room(node.module) == "coursenotes":
            package = node.module.partition(".")[2]
            whole = [f"{package}.{alias.name}".lstrip(".") for alias in node.names]
            found |= {each if each in MODULES else package for each in whole}
        elif isinstance(node, ast.Import):
            found |= {a.name.partition(".")[2] for a in node.names if a.name.startswith("coursenotes.")}
    return found & MODULES.keys()


def test_every_room_is_in_the_table():
    assert {room(module) for module in MODULES} == set(ROOMS) and len(ROOMS) == len(set(ROOMS))


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_room_imports_only_from_rooms_above_it(path):
    mine = ROOMS.index(room(name(path)))
    below = {module for module in imported(path) if ROOMS.index(room(module)) > mine}
    assert not below, f"{name(path)} imports {below}, which lie below it"


@pytest.mark.parametrize("unit", [name, folder])
def test_imports_run_in_no_circle(unit):
    arrows: dict[str, set[str]] = {}
    for path in files():
        arrows.setdefault(unit(path), set()).update(unit(MODULES[module]) for module in imported(path))
    for here, there in arrows.items():
        there.discard(here)
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


def test_only_the_plugin_imports_mkdocs():
    guilty = [p.name for p in files() if re.search(r"^\s*(import|from) mkdocs\b", p.read_text(), re.MULTILINE)]
    assert guilty == ["mkdocs_plugin.py"]


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_module_is_short_and_says_its_job(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 320, "long: look for two jobs in it"


def test_a_name_is_one_class():
    names = [(node.name, name(path)) for path in files() for node in ast.parse(path.read_text()).body
             if isinstance(node, ast.ClassDef) and not node.name.startswith("_")]  # fmt: skip
    several = {each: [path for other, path in names if other == each] for each, _ in names}
    assert not {each: paths for each, paths in several.items() if len(paths) > 1}


def test_a_topic_has_one_name_in_three_trees():
    """What has experiments is a topic, and has a note.

    Code that topics share, and drawings of ideas, may stand alone, with claims of their own, if notes cite them.
    """
    topics = {
        path.stem
        for path in (ROOT / "snippets").glob("*.py")
        if re.search(r"^@(experiment|figure)", path.read_text(), re.M)
    }
    topics |= {path.stem.removeprefix("test_") for path in (ROOT / "tests" / "claims").glob("test_*.py")}
    notes = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "concepts").glob("*.md")}
    assert notes.keys() - {"index"} <= topics
    every = "".join(notes.values())
    uncited = {
        name for name in topics - notes.keys() if not re.search(rf"\((code|claim|figure|measured):{name}\.", every)
    }
    assert not uncited
    assert topics - notes.keys() == {
        "ideas", "optimizer_ideas",  # drawings that notes share
        "bag_of_words", "fast_resnet", "letter_counts", "photo_votes", "residual_networks",  # a second file of a note
    }  # fmt: skip


def test_snippets_are_short():
    lines = {path.stem: len(path.read_text().splitlines()) for path in (ROOT / "snippets").glob("*.py")}
    assert not {name: count for name, count in lines.items() if count > 150}, "a longer file is often two topics"


def test_the_whole_suite_runs_every_file_of_tests(pytestconfig):
    """A pattern of norecursedirs leaves out every folder of that name, wherever it lies: "site" left out tests/site."""
    assert pytestconfig.getini("testpaths") == ["tests"]
    files = [path.relative_to(ROOT).parts for path in (ROOT / "tests").rglob("test_*.py")]
    folders = {part for parts in files if parts[1] != "mini_site" for part in parts[:-1]}
    assert {"tests", "engine", "claims", "datasets", "faults", "site", "build"} <= folders
    left_out = pytestconfig.getini("norecursedirs")
    assert not {folder for folder in folders for pattern in left_out if fnmatch(folder, pattern)}


def test_a_topic_may_share_its_name_with_a_test_of_the_engine(pytestconfig):
    """A file tests/claims/test_plan.py beside one of the engine: pytest's default mode cannot import both."""
    assert pytestconfig.getoption("importmode") == "importlib"


def test_tests_mirror_the_rooms():
    here = Path(__file__).parent
    folders = {path.name for path in here.iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert folders == {path.name for path in ENGINE.iterdir() if path.is_dir() and any(path.glob("*.py"))}


def test_the_readme_names_folders_that_exist():
    tree = (
        (ROOT / "README.md").read_text().partition("## What is where")[2].partition("```text\n")[2].partition("```")[0]
    )
    place: list[str] = []
    for line in tree.splitlines():
        for name in re.findall(r"(\w+)/", line[:24]):
            depth = (len(line) - len(line.lstrip())) // 2
            place = [*place[:depth], name]
            assert (ROOT / Path(*place)).is_dir(), "/".join(place)
            if " " in line[:24].strip():  # several on one line
                place.pop()


def test_files_that_how_it_works_names_exist():
    names = set(re.findall(r"`([a-z_/]+(?:\.py|/))`", PAGE.read_text()))
    assert len(names) > 20
    missing = [
        name
        for name in names
        if "/" in name and not any((place / name).exists() for place in (ROOT, ENGINE, ENGINE / "site"))
    ]
    assert set(missing) <= {".nox/", "site/", ".coursenotes/"}
