"""The house's own rules: what may import what, and how long a module may be."""

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

import coursenotes

ENGINE = Path(coursenotes.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "contribute" / "how-it-works.md"
ORDER = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)  # lowest first


def modules():
    return [p for p in sorted(ENGINE.rglob("*.py")) if p != ENGINE / "__init__.py"]


def part(path: Path) -> str:
    """The module, or the package, of the list that a file belongs to."""
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "coursenotes":
            rest = node.module.split(".")[1:]
            found |= {rest[0]} if rest else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("coursenotes.")}
    return found & set(ORDER)


def test_every_module_is_in_the_list():
    assert {part(p) for p in modules()} == set(ORDER)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ENGINE)))
def test_imports_run_one_way(path):
    mine = ORDER.index(part(path))
    below = {name for name in imported(path) if ORDER.index(name) > mine}
    assert not below, f"{path.name} imports {below}, which stand below it"


def test_only_the_plugin_imports_mkdocs():
    guilty = [p.name for p in modules() if re.search(r"^\s*(import|from) mkdocs", p.read_text(), re.MULTILINE)]
    assert guilty == ["mkdocs_plugin.py"]


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ENGINE)))
def test_a_module_is_short_and_says_its_job(path):
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 320, "long: look for two jobs in it"


def test_the_whole_suite_runs_every_file_of_tests(pytestconfig):
    """A pattern of norecursedirs leaves out every folder of that name, wherever it lies: "site" left out tests/site."""
    root = Path(__file__).parents[2]
    assert pytestconfig.getini("testpaths") == ["tests"]
    files = [path.relative_to(root).parts for path in (root / "tests").rglob("test_*.py")]
    folders = {part for parts in files if parts[1] != "mini_site" for part in parts[:-1]}
    assert {"tests", "engine", "claims", "faults", "site"} <= folders
    left_out = pytestconfig.getini("norecursedirs")
    assert not {folder for folder in folders for pattern in left_out if fnmatch(folder, pattern)}


def test_a_topic_may_share_its_name_with_a_test_of_the_engine(pytestconfig):
    """tests/claims/test_plan.py beside tests/engine/test_plan.py: pytest's default mode cannot import both."""
    assert pytestconfig.getoption("importmode") == "importlib"
