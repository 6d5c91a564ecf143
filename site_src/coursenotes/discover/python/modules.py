"""The project's Python files, parsed once: the meaning of a name in each, and the statements that have an effect.

A statement has an effect if it may do more than bind its names; it then counts for everything that imports its file.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal, NamedTuple

from coursenotes.discover.python import effects, statements
from coursenotes.discover.python.canonical import digest
from coursenotes.discover.python.names import BUILTIN
from coursenotes.discover.python.records import NO_IMPORTS, FileSummary, Imports
from coursenotes.errors import CoursenotesError, Problem
from coursenotes.paths import Paths


class Meaning(NamedTuple):
    """The meaning of a name: a symbol of a project module, such a module itself, a library, or unknown."""

    kind: Literal["symbol", "module", "library", ""]  # "": a builtin, or unknown
    module: str = ""
    name: str = ""  # of a symbol


class Modules:
    """The project's Python files as summaries, parsed once."""

    def __init__(self, paths: Paths, kept: dict[str, FileSummary] | None = None):
        self.paths = paths
        self.kept = kept if kept is not None else {}  # by the digest of a module's name and text
        self.used: dict[str, FileSummary] = {}
        self.digests: dict[str, str] = {}  # module -> digest of its text when it was read
        self._modules: dict[str, FileSummary | None] = {}
        self._effective: dict[str, list[bool]] = {}
        self._acting: dict[str, bool] = {}

    def module(self, name: str) -> FileSummary | None:
        """The summary of a project module; None where there is no such file. Raises CoursenotesError."""
        if name not in self._modules:
            path = self.paths.module_path(name)
            self._modules[name] = None if path is None else self._read(path, name)
        return self._modules[name]

    def looked_up(self) -> dict[str, FileSummary | None]:
        """Every name that was looked up as a module of the project, with the file's summary where there is one."""
        return {name: each for name, each in self._modules.items() if each is None or each.page is None}

    def _summary(self, name: str) -> FileSummary:
        summary = self.module(name)
        assert summary is not None
        return summary

    def _read(self, path: Path, name: str) -> FileSummary:
        text = path.read_text(encoding="utf-8")
        self.digests[name] = digest(text)
        key = digest(f"{name}\n{text}")
        if key not in self.kept:
            try:
                self.kept[key] = statements.summarize(text, path, name)
            except SyntaxError as error:
                raise CoursenotesError(Problem(f"not Python: {error.msg}", path, error.lineno)) from error
        self.used[key] = self.kept[key]
        return self.kept[key]

    # -- resolving
    def resolve(self, module: str, chain: str, local: Imports = NO_IMPORTS) -> Meaning:
        """The meaning of a.b.c in a module. local: the imports inside the statement that uses it."""
        summary = self.module(module)
        if summary is None:
            return Meaning("")
        first, _, rest = chain.partition(".")
        target = local.names.get(first)
        if target is None:
            if summary.positions(first):
                return Meaning("symbol", module, first)
            target = summary.imports.names.get(first)
        return Meaning("") if target is None else self.resolve_target(target, rest)

    def resolve_target(self, target: str, rest: str = "") -> Meaning:
        """The meaning of an import's target, and of the attributes a.b that follow it."""
        base, _, name = target.partition(":")
        return self._in_module(base, [*([name] if name else []), *(rest.split(".") if rest else [])])

    def _in_module(self, base: str, parts: list[str]) -> Meaning:
        summary = self.module(base)
        if summary is None and self._is_namespace(base):
            return self._in_module(f"{base}.{parts[0]}", parts[1:]) if parts else Meaning("module", base)
        if summary is None:
            return Meaning("library", base)
        if not parts:
            return Meaning("module", base)
        if summary.positions(parts[0]):
            return Meaning("symbol", base, parts[0])
        if parts[0] in summary.imports.names:  # from snippets.a import f, where a imports f itself
            return self.resolve_target(summary.imports.names[parts[0]], ".".join(parts[1:]))
        if self.paths.module_path(f"{base}.{parts[0]}") is not None:
            return self._in_module(f"{base}.{parts[0]}", parts[1:])
        return Meaning("symbol", base, parts[0])  # an unknown name: reported where it is reached

    def _is_namespace(self, name: str) -> bool:
        folder = self.paths.root.joinpath(*name.split("."))
        return name.split(".")[0] in ("snippets", "tests") and folder.is_dir()

    # -- effects
    def effective(self, mod: str) -> list[bool]:
        """For each statement of a module, whether it counts for everything that imports the module."""
        if mod not in self._effective:
            self._effective[mod] = [
                s.effect
                or not all(self._is_data(mod, chain, s.imports) for chain in s.assumed_data)
                or any(self._has_hook(mod, base, set()) for base in s.bases)
                for s in self._summary(mod).statements
            ]
        return self._effective[mod]

    def acts(self, mod: str) -> bool:
        """Whether importing a module of the project, with its own imports, does more than bind names."""
        inert: set[str] = set()
        todo = [mod]
        while todo:
            each = todo.pop()
            if each in inert or self.module(each) is None:
                continue
            if self._acting.get(each) or any(self.effective(each)):
                self._acting[mod] = True
                return True
            if each not in self._acting:
                inert.add(each)
                todo += [*self._loaded_by(each), *([each.rpartition(".")[0]] if "." in each else [])]
        self._acting.update(dict.fromkeys(inert, False))
        return False

    def _loaded_by(self, mod: str) -> list[str]:
        """The project's modules that a module imports, anywhere in its file."""
        summary = self._summary(mod)
        tables = [summary.imports, *(statement.imports for statement in summary.statements)]
        targets = [target for imports in tables for target in imports.targets()]
        return [each for target in targets for each in candidates(target) if self.module(each) is not None]

    def _is_data(self, mod: str, chain: str, local: Imports) -> bool:
        """Whether an imported name is bound to data, or belongs to a library."""
        kind, target, name = self.resolve(mod, chain, local)
        if kind == "symbol":
            summary = self.module(target)
            return summary is not None and (name in summary.data_names or name in summary.datasets)
        return kind != "module"

    def _has_hook(self, mod: str, base: str, seen: set[tuple[str, str]]) -> bool:
        """Whether deriving a class from this one runs code of the project, or of a library that is not known."""
        kind, target, name = self.resolve(mod, base)
        if kind == "library":
            return target.split(".")[0] not in {*effects.BASES, *sys.stdlib_module_names}
        summary = self.module(target) if kind == "symbol" else None
        if summary is None:
            return base not in BUILTIN
        if (target, name) in seen:
            return False
        seen.add((target, name))
        return any(
            s.has_hook or s.kind != "ClassDef" or any(self._has_hook(target, each, seen) for each in s.bases)
            for s in summary.binding(name)
        )


def candidates(target: str) -> list[str]:
    """The modules that an import may load: "a:b" is the name b of a, or the module a.b."""
    base, _, name = target.partition(":")
    return [base, f"{base}.{name}"] if name else [base]
