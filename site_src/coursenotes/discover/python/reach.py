"""Everything that code reaches: from a function, a class or a constant of the project to all that it uses, by parsing.

At module level everything counts except what is shown to be inert. Code that cannot be followed is refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from coursenotes.discover.python import refusals
from coursenotes.discover.python.canonical import digest
from coursenotes.discover.python.modules import Meaning, Modules, candidates
from coursenotes.discover.python.names import BUILTIN, library
from coursenotes.discover.python.records import NO_IMPORTS, FileSummary, Imports, ScalePart, Statement
from coursenotes.errors import Problem, nearest

DEFINITIONS = ("FunctionDef", "AsyncFunctionDef", "ClassDef")


# ---------------------------------------------------------------- the labels of reached code, which enter keys
def symbol_label(module: str, name: str, scale: str | None = None) -> str:
    """module.name, or module.name[sample] for the part of a dataset that one scale reads."""
    return f"{module}.{name}[{scale}]" if scale else f"{module}.{name}"


def effect_label(module: str, statement: Statement) -> str:
    """The label of a statement that counts for its effect: module:names, or module:kind where it binds none."""
    return f"{module}:{'+'.join(statement.names) or statement.kind}"


def position_label(module: str, index: int) -> str:
    """The label of a statement of a page's cells."""
    return f"{module}:{index}"


def order_label(module: str) -> str:
    """The label of the order of a module's statements."""
    return f"{module}:order"


class _Wanted(NamedTuple):
    """A name of a module that has to be followed, and the module and line that refer to it."""

    module: str
    name: str
    by: str = ""
    line: int = 0


@dataclass(frozen=True)
class Closure:
    """Everything that a function, class or constant reaches in the project.

    symbols: label -> digest of the parsed code. statements: module -> indices of its reached statements.
    modules: everything that importing them loads. datasets: module -> index of a dataset's statement -> the scale for
    which alone it counts. libraries: top-level names of other packages that the reached code uses.
    refused: the code that cannot be followed, with the rule's tag.
    """

    symbols: dict[str, str] = field(default_factory=dict)
    statements: dict[str, set[int]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    datasets: dict[str, dict[int, str]] = field(default_factory=dict)
    libraries: set[str] = field(default_factory=set)
    refused: list[tuple[str, Problem]] = field(default_factory=list)

    def refuse(self, *problem: Any, tag: str = refusals.EVERYWHERE, **more: Any) -> None:
        """Note a problem."""
        self.refused.append((tag, Problem(*problem, **more)))

    def problems(self, *tags: str) -> list[Problem]:
        """The code that cannot be followed, by the rules that apply everywhere and by those with these tags."""
        return list(dict.fromkeys(p for tag, p in self.refused if tag in (refusals.EVERYWHERE, *tags)))


class Code(Modules):
    """The project's Python files, and what their names reach."""

    def closure(self, module: str, name: str, scale: str | None = None) -> Closure:
        """Everything that a name reaches. With a scale, a dataset counts only for what that scale reads."""
        closure = Closure()
        self._reach([_Wanted(module, name)], closure, scale)
        self._order_all(closure)
        return closure

    def closure_of(self, summary: FileSummary) -> tuple[Closure, str]:
        """Everything that a text reaches which is not a file of the project, such as a page's cells.

        -> (the closure, one digest of the source text of all reached code: comments, docstrings and lines too)
        """
        name = summary.module
        self._modules[name] = summary
        self._effective.pop(name, None)
        closure = Closure()
        todo: list[_Wanted] = []
        self._load(name, closure, todo)
        for index in range(len(summary.statements)):
            self._take(name, index, position_label(name, index), closure, todo)
        self._reach(todo, closure, None)
        self._order_all(closure)
        lines = [
            f"{mod} {self._summary(mod).statements[index].source_digest}"
            for mod, indices in closure.statements.items() if mod != name for index in indices
        ]  # fmt: skip
        return closure, digest("\n".join(sorted(lines)))

    def _reach(self, todo: list[_Wanted], closure: Closure, scale: str | None) -> None:
        """Follow names to the end."""
        seen: set[tuple[str, str]] = set()
        while todo:
            wanted = todo.pop()
            mod, name = wanted.module, wanted.name
            if (mod, name) in seen:
                continue
            seen.add((mod, name))
            summary = self._summary(mod)
            self._load(mod, closure, todo)
            positions, dataset = summary.positions(name), summary.datasets.get(name)
            if dataset and scale and not wanted.by:
                part = dataset.scales.get(scale, ScalePart())
                closure.symbols[symbol_label(mod, name, scale)] = part.digest
                closure.datasets.setdefault(mod, {})[positions[0]] = scale
                for chain in part.references:
                    self._follow(mod, chain, NO_IMPORTS, 0, closure, todo)
                continue
            if not positions:
                there = sorted({bound for statement in summary.statements for bound in statement.names})
                close = nearest(name, there)
                closure.refuse(
                    f"{mod} has no name {name!r}",
                    self.paths.module_path(wanted.by or mod),
                    wanted.line or None,
                    (f"it has: {', '.join(there)}",),
                    f"write {close}" if close else None,
                )
            for index in positions:
                self._take(mod, index, symbol_label(mod, name), closure, todo)
            if positions and name in summary.imports.names:  # f = cache(f), where f was imported
                imported = Imports({name: summary.imports.names[name]})
                self._follow(mod, name, imported, wanted.line, closure, todo)

    # -- the order of statements that change something
    def _order_all(self, closure: Closure) -> None:
        for mod in sorted(closure.modules):
            self._order(mod, closure.statements.get(mod, set()), closure)

    def _order(self, mod: str, reached: set[int], closure: Closure) -> None:
        """Where statements, or imported modules, change what others bound, their order counts."""
        summary, effective = self._summary(mod), self.effective(mod)
        statements = summary.statements
        times = Counter(name for index in reached for name in statements[index].names)
        changing = {i for i in reached if effective[i] or any(times[name] > 1 for name in statements[i].names)}
        counted = changing | {i for i in reached if statements[i].kind not in DEFINITIONS and statements[i].references}
        loads = [
            (load.position, 0, each)
            for load in summary.loads
            for each in candidates(load.target)
            if self.module(each) is not None and self.acts(each)
        ]
        order = sorted([*loads, *((i, 1, statements[i].digest) for i in counted)], key=lambda entry: entry[:2])
        if (changing or loads) and len(order) > 1:
            closure.symbols[order_label(mod)] = digest(" ".join(text for _, _, text in order))

    def _take(self, mod: str, index: int, label: str, closure: Closure, todo: list[_Wanted]) -> None:
        """Add a statement, and follow its references."""
        if index in closure.statements.setdefault(mod, set()):
            return
        closure.statements[mod].add(index)
        statement = self._summary(mod).statements[index]
        before = closure.symbols.get(label)
        closure.symbols[label] = digest(before + statement.digest) if before else statement.digest
        for each in statement.refusals:
            what = each.what
            if each.into:
                if self.resolve(mod, each.into, statement.imports).kind == "library":
                    continue
                target = self.resolve(mod, each.into.partition(".")[0], statement.imports)
                if target.kind != "module":
                    continue
                what = what.format(target.module)
            closure.refuse(what, self._path(mod), each.line, fix=each.fix, tag=each.tag)
        self._refuse_seeds(mod, statement, closure)
        for chain in statement.references:
            self._follow(mod, chain, statement.imports, statement.line, closure, todo)

    def _refuse_seeds(self, mod: str, statement: Statement, closure: Closure) -> None:
        """Refuse calls without a seed of functions whose seed has a default."""
        for call in statement.calls:
            kind, target, name = self.resolve(mod, call.function, statement.imports)
            summary = self.module(target) if kind == "symbol" else None
            for each in summary.binding(name) if summary else ():
                if each.seed_position is not None and call.arguments <= each.seed_position:
                    what, fix = refusals.SEEDING
                    closure.refuse(what.format(f"{name}()"), self._path(mod), call.line, fix=fix, tag=refusals.SEED)

    def _follow(self, mod: str, chain: str, local: Imports, line: int, closure: Closure, todo: list[_Wanted]) -> None:
        """Follow a reference a.b.c of a statement. local: the imports inside the statement."""
        summary = self._summary(mod)
        first, _, rest = chain.partition(".")
        for target in local.earlier.get(first) or summary.imports.earlier.get(first, []):
            self._go_to(self.resolve_target(target, rest), mod, line, closure, todo)
        meaning = self.resolve(mod, chain, local)
        if not meaning.kind and first not in BUILTIN:  # it may come from any library with a star import
            stars = (module for module, _ in summary.imports.star if self.module(module) is None)
            closure.libraries.update(map(library, stars))
        self._go_to(meaning, mod, line, closure, todo)

    def _go_to(self, meaning: Meaning, mod: str, line: int, closure: Closure, todo: list[_Wanted]) -> None:
        if meaning.kind == "symbol":
            todo.append(_Wanted(meaning.module, meaning.name, mod, line))
        elif meaning.kind == "library":
            closure.libraries.add(library(meaning.module))
        elif meaning.kind == "module" and self.module(meaning.module) is not None:
            closure.refuse(
                f"the module {meaning.module} is used as a value, so what is taken from it cannot be followed",
                self._path(mod),
                line,
                fix="name what is used: module.name",
            )

    def _load(self, mod: str, closure: Closure, todo: list[_Wanted]) -> None:
        """A reached module is imported: so are the modules that it imports, and the effects of all of them count."""
        summary = self.module(mod)
        if mod in closure.modules or summary is None:
            return
        closure.modules.add(mod)
        if "." in mod:
            self._load(mod.rpartition(".")[0], closure, todo)  # a package's own file runs before
        for base, line in summary.imports.star:
            if self.module(base) is not None:
                what = f"from {base} import * cannot be followed"
                closure.refuse(what, self._path(mod), line, fix="name what is imported")
        for target in summary.unused_imports:
            if all(self.module(each) is None for each in candidates(target)):
                closure.libraries.add(library(target))
        effective = self.effective(mod)
        for index, statement in enumerate(summary.statements):
            if effective[index]:
                self._take(mod, index, effect_label(mod, statement), closure, todo)
                todo += [_Wanted(mod, name, mod, statement.line) for name in statement.names]
        for each in self._loaded_by(mod):
            self._load(each, closure, todo)

    def _path(self, mod: str) -> Path | None:
        """The file that a module's text is in: for cells, their page."""
        summary = self.module(mod)
        return (summary.page if summary else None) or self.paths.module_path(mod)
