"""YAML files with the line of each value, and values as they are written, so that problems have a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from coursenotes.errors import Problems, nearest


def root(path: Path, problems: Problems) -> yaml.Node | None:
    """The root node of a file; None where it is empty, or is not YAML, which is added to the problems."""
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.add(f"not YAML: {getattr(error, 'problem', error)}", path, mark.line + 1 if mark else None)
        return None


def pairs(
    node: yaml.Node | None, path: Path, problems: Problems, what: str, known: tuple[str, ...] = ()
) -> Iterator[tuple[str, yaml.Node, int]]:
    """(key, value, line) of a mapping; keys as they are written, so that 8 and "8" are equal. None has none.

    what: the name of the mapping in messages. known: the keys that it may have, if they are fixed.
    """
    if not isinstance(node, yaml.MappingNode):
        if node is not None and node.value:  # an empty value is an empty mapping
            problems.add(f"{what}: not a mapping", path, node.start_mark.line + 1, fix="write name: value lines")
        return
    seen: set[str] = set()
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if key.tag.endswith(":merge"):
            problems.add(f"{what}: merges fields with <<:", path, line, fix="write them out")
            continue
        if value.start_mark.line < key.start_mark.line:
            problems.add(f"{what}: {name} repeats a value by a name with *", path, line, fix="write it out")
        elif isinstance(value, yaml.ScalarNode) and value.value and value.tag.endswith(":null"):
            quoted = f'write {name}: "{value.value}", or take it out'
            problems.add(f"{what}: {name} is {value.value}, which YAML reads as nothing", path, line, fix=quoted)
        if name in seen:
            problems.add(f"{what}: {name} appears twice", path, line)
        elif known and name not in known:
            close = nearest(name, known)
            fix = f"write {close}:" if close else None
            problems.add(f"{what} has no field {name!r}", path, line, details=[f"it has: {', '.join(known)}"], fix=fix)
        else:
            yield name, value, line
        seen.add(name)


def written(node: yaml.Node) -> Any:
    """A node's value, with scalars as their text: YAML would read 1:08:22 as a number."""
    if isinstance(node, yaml.SequenceNode):
        return [written(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): written(value) for key, value in node.value}
    return node.value
