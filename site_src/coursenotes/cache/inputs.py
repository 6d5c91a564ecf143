"""The files and variables that a site depends on outside its trees: those that its code and its settings may name.

They are collected during a build and recorded with it, so that the next build compares them in milliseconds.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.files.listing import trees
from coursenotes.discover.python.reach import Code
from coursenotes.errors import CoursenotesError
from coursenotes.paths import ENGINE, Paths

_PYTEST = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")  # they affect claims too
_ANYWHERE = ("pymdownx.snippets", "markdown_include.include")  # these read from the root by default
_WRITTEN = ("docs_dir", "site_dir")  # settings that name trees, or folders that a build writes
_KEY, _KEY_WITH_BASE = "a key itself", "a key with a base_path"
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_PYTHON = re.compile(r"tag:yaml\.org,2002:python/[\w/]+:([\w.]+)")
_LONGEST = 200  # characters of a setting that may be a path


@dataclass(frozen=True)
class Inputs:
    """Paths, below the root or absolute, which need not exist; and variables of the environment."""

    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()

    def __or__(self, other: Inputs) -> Inputs:
        files, variables = {*self.files, *other.files}, {*self.variables, *other.variables}
        return Inputs(tuple(sorted(files)), tuple(sorted(variables)))


def everything(paths: Paths, code: Code) -> Inputs:
    """Everything that a finished build depends on outside its trees."""
    tests = [paths.root, paths.claims.parent, paths.claims]
    rules = [folder / name for folder in tests for name in _PYTEST]
    files = {_shown(paths, path) for path in (*rules, paths.root / ".gitignore", *_candidates(code))}
    return settings(paths) | loaded(paths) | Inputs(tuple(files))


def watched(paths: Paths, code: Code) -> list[Path]:
    """The existing files outside the trees that a build depends on: those that a preview has to watch."""
    files = [paths.root / path for path in everything(paths, code).files]
    return [p for p in files if p.is_file() and not any(p.is_relative_to(tree) for tree in trees(paths))]


def as_read(code: Code) -> bool:
    """Whether every module is still as it was when it was read, and every missing one still missing."""
    again = type(code)(code.paths, dict(code.kept))
    try:
        same = all((again.module(name) is None) == (there is None) for name, there in code.looked_up().items())
    except (CoursenotesError, OSError, ValueError):
        return False
    return same and again.used.keys() == code.used.keys()


def _candidates(code: Code) -> Iterator[Path]:
    """The paths at which a module that was looked up is or might be, and those of the packages above it."""
    for name in code.looked_up():
        yield from _modules(code.paths, name)


def _places(paths: Paths, module: str) -> Iterator[Path]:
    base = paths.root.joinpath(*module.split("."))
    yield base.with_name(f"{base.name}.py")
    yield base / "__init__.py"


def loaded(paths: Paths) -> Inputs:
    """The project's own code in this process, without the engine: hooks of mkdocs, and their imports."""
    root, files = f"{paths.root}{os.sep}", set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(root) and not Path(file).is_relative_to(ENGINE):
            parts = Path(file.removeprefix(root)).parts
            if not any(part.startswith(".") or part == "site-packages" for part in parts):
                files.add(_shown(paths, Path(file)))
    return Inputs(tuple(sorted(files)))


# ---------------------------------------------------------------- mkdocs.yml
def settings(paths: Paths) -> Inputs:
    """The files and variables that mkdocs.yml, and the files that it inherits from, name or might name."""
    files: set[str] = set()
    variables: set[str] = set()
    seen: set[Path] = set()
    todo = [paths.settings]
    while todo:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        files.add(_shown(paths, file))
        try:
            node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        except (OSError, ValueError, yaml.YAMLError):
            continue  # mkdocs reports the mistake
        for key, scalar in _scalars(node, ""):
            value = scalar.value
            if scalar.tag == "!ENV":
                variables.add(value)
                value = os.environ.get(value, value)  # in a list, the last may be a value itself
            if key == "INHERIT":
                todo.append(Path(os.path.normpath(file.parent / value)))
            match = _PYTHON.match(scalar.tag)
            files |= {_shown(paths, path) for path in (_modules(paths, match[1]) if match else ())}
            files |= {_shown(paths, path) for path in _named(paths, key, value)}
    return Inputs(tuple(sorted(files)), tuple(sorted(variables)))


def _scalars(node: yaml.Node | None, key: str) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """(its key, value) of every value, and (_KEY or _KEY_WITH_BASE, key) of every key.

    The names in a list of !ENV have its tag, and a node that only has a tag has an empty value.
    """
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            based = isinstance(value, yaml.MappingNode) and any(inner.value == "base_path" for inner, _ in value.value)
            yield from _scalars(name, _KEY_WITH_BASE if based else _KEY)
            yield from _scalars(value, name.value if isinstance(name, yaml.ScalarNode) else "")
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            named = node.tag == "!ENV" and isinstance(value, yaml.ScalarNode)
            yield from _scalars(yaml.ScalarNode("!ENV", value.value) if named else value, key)
    if node is not None:
        yield key, node if isinstance(node, yaml.ScalarNode) else yaml.ScalarNode(node.tag, "")


def _named(paths: Paths, key: str, value: str) -> Iterator[Path]:
    """The paths that a setting may mean: a file, a folder, a module. A folder outside the root only for a theme."""
    value = value.removeprefix("$config_dir/").strip()
    if not value or len(value) > _LONGEST or not value.isprintable() or key in _WRITTEN:
        return
    path = Path(os.path.normpath(paths.root / value))
    if key not in (_KEY, _KEY_WITH_BASE) and (
        path.is_relative_to(paths.root) or key == "custom_dir" or not path.is_dir()
    ):
        yield path
    if value in _ANYWHERE and key != _KEY_WITH_BASE:
        yield paths.root
    if _DOTTED.fullmatch(value):
        yield from _modules(paths, value)


def _modules(paths: Paths, name: str) -> Iterator[Path]:
    """The paths that the parts of a dotted name would have as modules of the project."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        yield from _places(paths, ".".join(parts[:end]))


def _shown(paths: Paths, path: Path) -> str:
    return path.relative_to(paths.root).as_posix() if path.is_relative_to(paths.root) else str(path)
