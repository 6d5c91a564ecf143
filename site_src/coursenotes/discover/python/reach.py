"""What code reaches: from a function, a class or a constant of the project to all that it uses, by parsing.

At module level everything counts but what is shown to be inert; what cannot be followed is refused, with its line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursenotes.discover.python import refusals
from coursenotes.discover.python import statements as source
from coursenotes.discover.python.modules import Modules, candidates
from coursenotes.errors import Problem, nearest

DEFINITIONS = ("FunctionDef", "AsyncFunctionDef", "ClassDef")


@dataclass(frozen=True)
class Closure:
    """What a function, class or constant reaches in the project.

    symbols: "module.name" (or "module:line" for a statement that only has an effect) -> digest of its parsed code.
    statements: module -> indices of its reached statements. modules: everything that importing them loads.
    datasets: module -> index of a dataset's statement -> the scale for which alone it counts. libraries: top-level
    names of other packages that the reached code uses. refused: what cannot be followed, with the rule's tag.
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
        """What cannot be followed, by the rules that hold everywhere and by those with these tags."""
        return list(dict.fromkeys(p for tag, p in self.refused if tag in (refusals.EVERYWHERE, *tags)))


class Code(Modules):
    """The project's Python files; answers what a name reaches."""

    def closure(self, module: str, name: str, scale: str | None = None) -> Closure:
        """Everything that a name reaches. With a scale, a dataset counts only for what that scale reads."""
        found = Closure()
        self._reach([(module, name, "", 0)], found, scale)
        self._order_all(found)
        return found

    def _reach(self, todo: list[tuple[str, str, str, int]], found: Closure, scale: str | None) -> None:
        """Follow (module, name, who asks, on which line) to the end."""
        seen: set[tuple[str, str]] = set()
        while todo:
            mod, wanted, asker, line = todo.pop()
            if (mod, wanted) in seen:
                continue
            seen.add((mod, wanted))
            summary = self.module(mod)
            assert summary is not None
            self._load(mod, found, todo)
            dataset = summary["datasets"].get(wanted)
            if dataset and scale and not asker:
                part = dataset["scales"].get(scale, {"digest": "", "refs": []})
                found.symbols[f"{mod}.{wanted}[{scale}]"] = part["digest"]
                place = next(i for i, s in enumerate(summary["statements"]) if wanted in s["names"])
                found.datasets.setdefault(mod, {})[place] = scale
                for chain in part["refs"]:
                    self._follow(mod, {"imports": {}, "line": 0}, chain, found, todo)
                continue
            chosen = [i for i, s in enumerate(summary["statements"]) if wanted in s["names"]]
            if not chosen:
                there = sorted({n for s in summary["statements"] for n in s["names"]})
                close = nearest(wanted, there)
                found.refuse(
                    f"{mod} has no name {wanted!r}",
                    self.paths.module_path(asker or mod),
                    line or None,
                    (f"it has: {', '.join(there)}",),
                    f"write {close}" if close else None,
                )
            for index in chosen:
                self._take(mod, index, f"{mod}.{wanted}", found, todo)
            if chosen and wanted in summary["imports"]:  # f = cache(f), where f was imported
                self._follow(mod, {"imports": {wanted: summary["imports"][wanted]}, "line": line}, wanted, found, todo)

    def closure_of(self, summary: source.Summary) -> tuple[Closure, str]:
        """Everything that a whole text reaches which is no file of the project, such as a page's cells.

        -> (the closure, one digest of all reached code as it is written: comments, docstrings and lines too)
        """
        name = summary["module"]
        self._modules[name] = summary
        self._effective.pop(name, None)
        found = Closure()
        todo: list[tuple[str, str, str, int]] = []
        self._load(name, found, todo)
        for index in range(len(summary["statements"])):
            self._take(name, index, f"{name}:{index}", found, todo)
        self._reach(todo, found, None)
        self._order_all(found)
        lines = [f"{mod} {self._text(mod, i)}" for mod, there in found.statements.items() for i in there if mod != name]
        return found, source.digest("\n".join(sorted(lines)))

    def _text(self, mod: str, index: int) -> str:
        summary = self.module(mod)
        assert summary is not None
        return str(summary["statements"][index]["text"])

    # -- the order of what changes something
    def _order_all(self, found: Closure) -> None:
        for mod in sorted(found.modules):
            self._order(mod, found.statements.get(mod, set()), found)

    def _order(self, mod: str, reached: set[int], found: Closure) -> None:
        """Where statements, or modules that are imported, change what others bound, their order counts."""
        summary, effective = self.module(mod), self.effective(mod)
        assert summary is not None
        there = summary["statements"]
        times = Counter(name for index in reached for name in there[index]["names"])
        changing = {i for i in reached if effective[i] or any(times[name] > 1 for name in there[i]["names"])}
        counted = changing | {i for i in reached if there[i]["kind"] not in DEFINITIONS and there[i]["refs"]}
        loads = [
            (position, 0, each)
            for position, target in summary["loads"]
            for each in candidates(target)
            if self.module(each) is not None and self.acts(each)
        ]
        order = sorted([*loads, *((i, 1, there[i]["digest"]) for i in counted)], key=lambda entry: entry[:2])
        if (changing or loads) and len(order) > 1:
            found.symbols[f"{mod}:order"] = source.digest(" ".join(text for _, _, text in order))

    def _take(self, mod: str, index: int, label: str, found: Closure, todo: list[tuple[str, str, str, int]]) -> None:
        if index in found.statements.setdefault(mod, set()):
            return
        found.statements[mod].add(index)
        summary = self.module(mod)
        assert summary is not None
        statement = summary["statements"][index]
        before = found.symbols.get(label)
        found.symbols[label] = source.digest(before + statement["digest"]) if before else statement["digest"]
        for line, tag, what, fix in statement["problems"]:
            if tag in (refusals.GETATTR, refusals.WRITE):
                chain = what
                if not chain or self.resolve(mod, chain, statement["imports"])[0] == "library":
                    continue
                target = self.resolve(mod, chain.partition(".")[0], statement["imports"])
                if target[0] != "module":
                    continue
                what = "getattr with a computed name" if tag == refusals.GETATTR else f"a write to {chain}"
                what, tag = f"{what} reaches into {target[1]} and cannot be followed", refusals.EVERYWHERE
            found.refuse(what, self._path(mod), line, fix=fix, tag=tag)
        for chain, (given, line) in statement["calls"].items():
            self._seeds_itself(mod, statement, chain, given, line, found)
        for chain in statement["refs"]:
            self._follow(mod, statement, chain, found, todo)

    def _seeds_itself(
        self, mod: str, statement: Mapping[str, Any], chain: str, given: int, line: int, found: Closure
    ) -> None:
        """Note a call of a function that has one seed unless it is given another, without one."""
        kind, target, name = self.resolve(mod, chain, statement["imports"])
        summary = self.module(target) if kind == "symbol" else None
        for each in summary["statements"] if summary else ():
            if name in each["names"] and each["seeded"] is not None and given <= each["seeded"]:
                what, fix = refusals.SEEDING
                found.refuse(what.format(f"{name}()"), self._path(mod), line, fix=fix, tag=refusals.SEED)

    def _follow(
        self, mod: str, statement: Mapping[str, Any], chain: str, found: Closure, todo: list[tuple[str, str, str, int]]
    ) -> None:
        summary, first = self.module(mod), chain.partition(".")[0]
        assert summary is not None
        imports = {**summary["imports"], **statement["imports"]}
        if f"?{first}" in imports:  # bound by several imports, one in each branch
            self._follow(mod, {**statement, "imports": imports}, f"?{chain}", found, todo)
        kind, target, name = self.resolve(mod, chain, statement["imports"])
        if not kind and first not in source.BUILTIN:  # it may come from any library whose names are all imported
            found.libraries.update(base.split(".")[0] for base, _ in summary["star"] if self.module(base) is None)
        if kind == "symbol":
            todo.append((target, name, mod, statement["line"]))
        elif kind == "library":
            found.libraries.add(target.split(".")[0])
        elif kind == "module" and self.module(target) is not None:
            found.refuse(
                f"the module {target} is used as a value, so what is taken from it cannot be followed",
                self._path(mod),
                statement["line"],
                fix="name what is used: module.name",
            )

    def _load(self, mod: str, found: Closure, todo: list[tuple[str, str, str, int]]) -> None:
        """A reached module is imported: so are the modules that it imports, and the effects of all of them count."""
        if mod in found.modules:
            return
        summary = self.module(mod)
        if summary is None:
            return
        found.modules.add(mod)
        if "." in mod:
            self._load(mod.rpartition(".")[0], found, todo)  # a package's own file is run before
        for base, line in summary["star"]:
            if self.module(base) is not None:
                what = f"from {base} import * cannot be followed"
                found.refuse(what, self._path(mod), line, fix="name what is imported")
        for target in summary["idle"]:  # imported for what that does
            if all(self.module(each) is None for each in candidates(target)):
                found.libraries.add(target.split(":")[0].split(".")[0])
        effective = self.effective(mod)
        for index, statement in enumerate(summary["statements"]):
            if effective[index]:
                self._take(mod, index, f"{mod}:{'+'.join(statement['names']) or statement['kind']}", found, todo)
                todo += [(mod, name, mod, statement["line"]) for name in statement["names"]]
        for each in self._loaded_by(mod):
            self._load(each, found, todo)

    def _path(self, mod: str) -> Path | None:
        """The file that a module's text stands in: of cells, their page."""
        summary = self.module(mod)
        given = summary.get("path") if summary else None
        return Path(given) if given else self.paths.module_path(mod)
