"""The project's Python files, parsed once: what a name means in each, and which of their statements act.

A statement acts if it may do more than bind its names; it then counts for all that import its file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from coursenotes.discover.python import effects, statements
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths


class Modules:
    """The project's Python files as summaries, parsed once."""

    def __init__(self, paths: Paths, kept: dict[str, statements.Summary] | None = None):
        self.paths = paths
        self.kept = kept if kept is not None else {}  # digest of the text -> summary
        self.used: dict[str, statements.Summary] = {}
        self.digests: dict[str, str] = {}  # module -> digest of its text, as it was read
        self._modules: dict[str, statements.Summary | None] = {}
        self._effective: dict[str, list[bool]] = {}
        self._acting: dict[str, bool] = {}

    def module(self, name: str) -> statements.Summary | None:
        """The summary of a project module, or None for one that is not the project's. Raises CoursenotesError."""
        if name not in self._modules:
            path = self.paths.module_path(name)
            self._modules[name] = None if path is None else self._read(path, name)
        return self._modules[name]

    def _read(self, path: Path, name: str) -> statements.Summary:
        text = path.read_text(encoding="utf-8")
        self.digests[name] = statements.digest(text)
        key = statements.digest(f"{statements.reader()} {sys.version_info[:2]} {name}\n{text}")
        if key not in self.kept:
            try:
                self.kept[key] = json.loads(json.dumps(statements.summarise(text, path, name)))
            except SyntaxError as error:
                raise CoursenotesError(Problem(f"not Python: {error.msg}", path, error.lineno)) from error
        self.used[key] = self.kept[key]
        return self.kept[key]

    # -- resolving
    def resolve(self, module: str, chain: str, local: Mapping[str, str] | None = None) -> tuple[str, str, str]:
        """What a.b.c means inside a module -> (kind, module, name).

        kind is "symbol", "module" (the module itself, as a value), "library" or "" (a builtin, or unknown).
        """
        summary = self.module(module)
        if summary is None:
            return "", "", ""
        first, _, rest = chain.partition(".")
        target = (local or {}).get(first)
        if target is None:
            if any(first in s["names"] for s in summary["statements"]):
                return "symbol", module, first
            target = summary["imports"].get(first)
        if target is None:
            return "", "", ""
        base, _, name = target.partition(":")
        return self._in_module(base, [*([name] if name else []), *(rest.split(".") if rest else [])])

    def _in_module(self, base: str, parts: list[str]) -> tuple[str, str, str]:
        summary = self.module(base)
        if summary is None and self._is_namespace(base):
            if parts:
                return self._in_module(f"{base}.{parts[0]}", parts[1:])
            return "module", base, ""
        if summary is None:
            return "library", base, ""
        if not parts:
            return "module", base, ""
        if any(parts[0] in s["names"] for s in summary["statements"]):
            return "symbol", base, parts[0]
        if parts[0] in summary["imports"]:  # handed on: from snippets.a import f, where a imports f
            inner, _, name = summary["imports"][parts[0]].partition(":")
            return self._in_module(inner, [*([name] if name else []), *parts[1:]])
        if self.paths.module_path(f"{base}.{parts[0]}") is not None:
            return self._in_module(f"{base}.{parts[0]}", parts[1:])
        return "symbol", base, parts[0]  # an unknown name: reported where it is reached

    def _is_namespace(self, name: str) -> bool:
        folder = self.paths.root.joinpath(*name.split("."))
        return name.split(".")[0] in ("snippets", "tests") and folder.is_dir()

    # -- effects
    def effective(self, mod: str) -> list[bool]:
        """For each statement of a module, whether it counts for all that import the module."""
        if mod not in self._effective:
            summary = self.module(mod)
            assert summary is not None
            self._effective[mod] = [
                bool(s["effect"])
                or not all(self._is_data(mod, chain, s["imports"]) for chain in s["assumed"])
                or any(self._has_hook(mod, base, set()) for base in s["bases"])
                for s in summary["statements"]
            ]
        return self._effective[mod]

    def acts(self, mod: str) -> bool:
        """Whether importing a module of the project, with what it imports, does more than bind names."""
        found: set[str] = set()
        todo = [mod]
        while todo:
            each = todo.pop()
            if each in found or self.module(each) is None:
                continue
            if self._acting.get(each) or any(self.effective(each)):
                self._acting[mod] = True
                return True
            if each not in self._acting:
                found.add(each)
                todo += [*self._loaded_by(each), *([each.rpartition(".")[0]] if "." in each else [])]
        self._acting.update(dict.fromkeys(found, False))
        return False

    def _loaded_by(self, mod: str) -> list[str]:
        """The project's modules that a module imports, wherever in it."""
        summary = self.module(mod)
        assert summary is not None
        tables = (summary["imports"], *(s["imports"] for s in summary["statements"]))
        targets = [target for table in tables for target in table.values()] + [base for base, _ in summary["star"]]
        return [each for target in targets for each in candidates(target) if self.module(each) is not None]

    def _is_data(self, mod: str, chain: str, local: Mapping[str, str]) -> bool:
        """Whether an imported name is bound to data, or is a library's."""
        kind, target, name = self.resolve(mod, chain, local)
        if kind == "symbol":
            summary = self.module(target)
            return summary is not None and (summary["kinds"].get(name) == effects.DATA or name in summary["datasets"])
        return kind != "module"

    def _has_hook(self, mod: str, base: str, seen: set[tuple[str, str]]) -> bool:
        """Whether code of the project, or of a library that is not known, runs when a class is derived from this."""
        kind, target, name = self.resolve(mod, base)
        if kind == "library":
            return target.split(".")[0] not in {*effects.BASES, *sys.stdlib_module_names}
        summary = self.module(target) if kind == "symbol" else None
        if summary is None:
            return base not in statements.BUILTIN
        if (target, name) in seen:
            return False
        seen.add((target, name))
        return any(
            s["hook"] or s["kind"] != "ClassDef" or any(self._has_hook(target, each, seen) for each in s["bases"])
            for s in summary["statements"]
            if name in s["names"]
        )


def candidates(target: str) -> list[str]:
    """The modules that an import may mean: "a:b" is the name b of a, or the module a.b."""
    base, _, name = target.partition(":")
    return [base, f"{base}.{name}"] if name else [base]
