"""What a result depends on.

A job's fingerprint covers the code that its experiment reaches in the project, the data, the settings, the seed, the
scale, the versions of the libraries that it uses, and ENGINE. It covers neither formatting, comments nor docstrings,
neither figures nor other experiments, neither the device nor the date.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from coursenotes import source
from coursenotes.errors import CoursenotesError, Problem, nearest
from coursenotes.layout import Layout

ENGINE = 1  # raised when seeding, or the worker, changes what an experiment computes
DISTRIBUTIONS = {"sklearn": "scikit-learn", "PIL": "pillow", "cv2": "opencv-python"}
IMPLIED = {"fastai": ("torch",), "torchvision": ("torch",)}  # computes with it, whether or not the code names it


@dataclass(frozen=True)
class Closure:
    """What a function, class or constant reaches in the project.

    symbols: "module.name" (or "module:line" for a statement that only has an effect) -> digest of its parsed code.
    statements: module -> indices of its reached statements. modules: everything that importing them loads.
    libraries: top-level names of other packages that the reached code uses. problems: what cannot be followed.
    """

    symbols: dict[str, str] = field(default_factory=dict)
    statements: dict[str, set[int]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


class Code:
    """The project's Python files as summaries, parsed once; answers what a name reaches."""

    def __init__(self, layout: Layout, kept: dict[str, source.Summary] | None = None):
        self.layout = layout
        self.kept = kept if kept is not None else {}  # digest of the text -> summary
        self.used: dict[str, source.Summary] = {}
        self._modules: dict[str, source.Summary | None] = {}

    def module(self, name: str) -> source.Summary | None:
        """The summary of a project module, or None for one that is not the project's. Raises CoursenotesError."""
        if name not in self._modules:
            path = self.layout.module_path(name)
            self._modules[name] = None if path is None else self._read(path, name)
        return self._modules[name]

    def _read(self, path: Any, name: str) -> source.Summary:
        text = path.read_text(encoding="utf-8")
        key = source.digest(f"{source.SUMMARY_VERSION} {sys.version_info[:2]} {name}\n{text}")
        if key not in self.kept:
            try:
                self.kept[key] = json.loads(json.dumps(source.summarise(text, path, name)))
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
        if self.layout.module_path(f"{base}.{parts[0]}") is not None:
            return self._in_module(f"{base}.{parts[0]}", parts[1:])
        return "symbol", base, parts[0]  # an unknown name: reported where it is reached

    def _is_namespace(self, name: str) -> bool:
        folder = self.layout.root.joinpath(*name.split("."))
        return name.split(".")[0] in ("snippets", "tests") and folder.is_dir()

    # -- reaching
    def closure(self, module: str, name: str, scale: str | None = None) -> Closure:
        """Everything that a name reaches. With a scale, a dataset counts only for what that scale reads."""
        found = Closure()
        todo: list[tuple[str, str, str, int]] = [(module, name, "", 0)]
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
                for chain in part["refs"]:
                    self._follow(mod, {"imports": {}, "line": 0}, chain, found, todo)
                continue
            chosen = [i for i, s in enumerate(summary["statements"]) if wanted in s["names"]]
            if not chosen:
                there = sorted({n for s in summary["statements"] for n in s["names"]})
                close = nearest(wanted, there)
                found.problems.append(
                    Problem(
                        f"{mod} has no name {wanted!r}",
                        self.layout.module_path(asker or mod),
                        line or None,
                        (f"it has: {', '.join(there)}",),
                        f"write {close}" if close else None,
                    )
                )
            for index in chosen:
                self._take(mod, index, f"{mod}.{wanted}", found, todo)
            if chosen and wanted in summary["imports"]:  # f = cache(f), where f was imported
                self._follow(mod, {"imports": {wanted: summary["imports"][wanted]}, "line": line}, wanted, found, todo)
        for mod, reached in found.statements.items():
            self._order(mod, sorted(reached), found)
        return found

    def _order(self, mod: str, reached: list[int], found: Closure) -> None:
        """Where statements change what others bound, their order counts."""
        summary = self.module(mod)
        assert summary is not None
        there = [summary["statements"][index] for index in reached]
        times = Counter(name for statement in there for name in statement["names"])
        again = [s["effect"] or any(times[name] > 1 for name in s["names"]) for s in there]
        defined = [s["kind"] in ("FunctionDef", "AsyncFunctionDef", "ClassDef") for s in there]
        order = [s["digest"] for s, twice, plain in zip(there, again, defined, strict=True) if twice or not plain]
        if any(again) and len(order) > 1:
            found.symbols[f"{mod}:order"] = source.digest(" ".join(order))

    def _take(self, mod: str, index: int, label: str, found: Closure, todo: list[tuple[str, str, str, int]]) -> None:
        if index in found.statements.setdefault(mod, set()):
            return
        found.statements[mod].add(index)
        summary = self.module(mod)
        assert summary is not None
        statement = summary["statements"][index]
        before = found.symbols.get(label)
        found.symbols[label] = source.digest(before + statement["digest"]) if before else statement["digest"]
        path = self.layout.module_path(mod)
        for line, what, fix in statement["problems"]:
            if what.startswith(("getattr:", "write:")):
                kind, _, chain = what.partition(":")
                if not chain or self.resolve(mod, chain, statement["imports"])[0] == "library":
                    continue
                first = chain.partition(".")[0]
                target = self.resolve(mod, first, statement["imports"])
                if target[0] != "module":
                    continue
                what = "getattr with a computed name" if kind == "getattr" else f"a write to {chain}"
                what += f" reaches into {target[1]} and cannot be followed"
            found.problems.append(Problem(what, path, line, fix=fix))
        for chain in statement["refs"]:
            self._follow(mod, statement, chain, found, todo)

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
            found.problems.append(
                Problem(
                    f"the module {target} is used as a value, so what is taken from it cannot be followed",
                    self.layout.module_path(mod),
                    statement["line"],
                    fix="name what is used: module.name",
                )
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
        path = self.layout.module_path(mod)
        for base, line in summary["star"]:
            if self.module(base) is not None:
                found.problems.append(
                    Problem(f"from {base} import * cannot be followed", path, line, fix="name what is imported")
                )
        for index, statement in enumerate(summary["statements"]):
            if statement["effect"]:
                self._take(mod, index, f"{mod}:{'+'.join(statement['names']) or statement['kind']}", found, todo)
                todo += [(mod, name, mod, statement["line"]) for name in statement["names"]]
        nested = [s["imports"] for s in summary["statements"]]
        for target in [t for table in (summary["imports"], *nested) for t in table.values()]:
            base, _, name = target.partition(":")
            for candidate in (base, f"{base}.{name}" if name else base):
                if self.module(candidate) is not None:
                    self._load(candidate, found, todo)


# ---------------------------------------------------------------- keys
@functools.cache
def version(library: str) -> str | None:
    """The public version of an installed library, without a build tag; None for one of Python's own."""
    if library in sys.stdlib_module_names or library in ("coursenotes", "__future__"):
        return None
    try:
        return importlib.metadata.version(DISTRIBUTIONS.get(library, library)).split("+")[0]
    except importlib.metadata.PackageNotFoundError:  # its package has another name: looked up among all, which is slow
        names = importlib.metadata.packages_distributions().get(library)
        return importlib.metadata.version(names[0]).split("+")[0] if names else None


def libraries(closures: Iterable[Closure]) -> dict[str, str]:
    """The libraries that reached code uses, with their public versions."""
    names = {name for closure in closures for name in closure.libraries}
    names |= {implied for name in names for implied in IMPLIED.get(name, ())}
    return {name: found for name in sorted(names) if (found := version(name)) is not None}


def job_depends(
    code: Code, module: str, function: str, dataset: tuple[str, str] | None, scale: str
) -> tuple[dict[str, Any], list[Problem], set[str]]:
    """What all jobs of an experiment at one scale share: (what they depend on, problems, modules loaded).

    At full scale the libraries' versions are provenance, not part of what a result depends on.
    """
    closures = [code.closure(module, function)]
    if dataset is not None:
        closures.append(code.closure(*dataset, scale=scale))
    symbols = {name: value for closure in closures for name, value in closure.symbols.items()}
    depends: dict[str, Any] = {
        "engine": ENGINE,
        "experiment": f"{module}.{function}",
        "scale": scale,
        "code": dict(sorted(symbols.items())),
    }
    if scale == "sample":
        depends["libraries"] = libraries(closures)
    problems = [p for closure in closures for p in closure.problems]
    return depends, problems, {m for closure in closures for m in closure.modules}


def key(depends: Mapping[str, Any], settings: Mapping[str, Any], seed: int) -> str:
    """The fingerprint of one job: sha256, in hex, over what it depends on."""
    return hash_json({**depends, "settings": dict(settings), "seed": seed})


def hash_json(value: Any) -> str:
    """The sha256, in hex, of plain JSON; the same for the same value everywhere."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def difference(old: Mapping[str, Any], new: Mapping[str, Any], short: Callable[[str], str] = str) -> list[str]:
    """What changed between what two results depended on, in words, the most telling first."""
    found: list[str] = []
    before, after = old.get("code", {}), new.get("code", {})
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            found.append(f"{short(name)} is no longer used")
        elif name not in before:
            found.append(f"{short(name)} is used now")
        elif before[name] != after[name]:
            found.append(f"{'the data' if name.endswith(']') else 'the code'} of {short(name)} changed")
    libs, now = old.get("libraries", {}), new.get("libraries", {})
    for name in sorted(libs.keys() | now.keys()):
        if libs.get(name) != now.get(name):
            found.append(f"{name} {libs.get(name, 'not used')} -> {now.get(name, 'not used')}")
    for name in ("engine", "experiment", "scale", "settings", "seed"):
        if name in old and name in new and old[name] != new[name]:
            found.append(f"{name} {old[name]} -> {new[name]}")
    return found
