"""The rules for code whose dependencies cannot be found by reading, and what to write instead.

docs/contribute/refused.md lists every rule; a test compares it with this file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coursenotes.discover.python.names import BUILTIN, called, dotted
from coursenotes.discover.python.records import Call, Refusal

EVERYWHERE = ""  # the tags: where a rule applies
IN_JOBS = "job"  # not in cells, whose output is only shown
ADDRESS = "address"  # in jobs and figures; a claim may ask whether two objects are one
CLOCK = "clock"  # not where the experiment declares which of its metrics are times
SEED = "seed"  # in the code of experiments: not in making data, figures, cells and claims
INTO = "reaches into {} and cannot be followed"  # refused only where that is a module of the project


@dataclass(frozen=True)
class Rule:
    """Names that are refused (with their attributes), why, what to write instead, and where the rule applies."""

    names: tuple[str, ...]
    what: str
    fix: str
    tag: str = EVERYWHERE


def _rule(names: str, what: str, fix: str, tag: str = EVERYWHERE) -> Rule:
    return Rule(tuple(names.split()), what, fix, tag)


RULES = (
    _rule("exec eval compile runpy code codeop marshal types.CodeType types.FunctionType",
          "runs code that cannot be followed", "write the code out"),
    _rule("globals builtins gc.get_objects gc.get_referrers gc.get_referents sys._getframe inspect.currentframe "
          "inspect.stack", "reaches names that cannot be followed", "name what is used"),
    _rule("__import__ importlib pkgutil zipimport pydoc.locate sys.meta_path sys.path_hooks sys.path",
          "is a computed import, which cannot be followed", "write an import statement"),
    _rule("sys.modules", "reaches modules that cannot be followed", "import by statement"),
    _rule("sys.settrace sys.setprofile sys.addaudithook", "watches or changes how code runs", "take it out"),
    _rule("os.environ os.environb os.getenv os.getenvb os.getcwd pathlib.Path.cwd pathlib.Path.home os.path.expanduser "
          "os.uname os.getlogin os.getpid os.cpu_count multiprocessing.cpu_count sys.argv platform getpass "
          "socket.gethostname locale", "reads the environment, which is not part of the key",
          "write the value out, or make it a setting"),
    _rule("__file__", "leads to files that are not part of the key", "give a Dataset File()s, or write the text out"),
    _rule("socket urllib.request http.client ftplib requests httpx torch.hub",
          "reads from the network, which is not part of the key", "give a Dataset File()s with their digests"),
    _rule("os.urandom os.getrandom random.SystemRandom secrets uuid.uuid1 uuid.uuid4 uuid.getnode torch.seed "
          "torch.random.seed torch.initial_seed", "gives another number in each run",
          "draw from torch, numpy or random, which each run seeds, or from a generator made with run.seed"),
    _rule("time.time time.time_ns time.localtime time.gmtime time.ctime time.asctime time.strftime "
          "datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today "
          "pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow", "gives another time in each run",
          "write the date out; to measure how long something takes, use perf_counter"),
    _rule("time.perf_counter time.perf_counter_ns time.process_time time.process_time_ns time.monotonic "
          "time.monotonic_ns time.thread_time time.thread_time_ns timeit", "measures a time, which differs in each run",
          'say which metrics are times: @experiment(times=["seconds"])', CLOCK),
    _rule("subprocess os.system os.popen os.execv os.spawnv multiprocessing.Process",
          "starts a program, which is not part of the key", "do it in this process", IN_JOBS),
    _rule("inspect.getsource inspect.getsourcelines inspect.getdoc inspect.getcomments inspect.findsource "
          "inspect.getsourcefile inspect.getfile linecache tokenize traceback dis help pydoc doctest "
          "typing.get_type_hints inspect.get_annotations __doc__",
          "reads texts and lines of the code, which are not part of the key", "write the text out as a value", IN_JOBS),
    _rule("id", "is the address of an object, which differs in each run", "use the object itself, or its name",
          ADDRESS),
)  # fmt: skip
ATTRIBUTES = {
    "__globals__": EVERYWHERE, "__builtins__": EVERYWHERE, "__subclasses__": EVERYWHERE, "__loader__": EVERYWHERE,
    "__spec__": EVERYWHERE, "f_globals": EVERYWHERE, "f_locals": EVERYWHERE, "f_back": EVERYWHERE,
    "tb_frame": EVERYWHERE, "gi_frame": EVERYWHERE, "__code__": IN_JOBS, "co_firstlineno": IN_JOBS, "__doc__": IN_JOBS,
}  # fmt: skip
ATTRIBUTE = ("{} leads to names that cannot be followed", "name what is used; list classes and functions in a table")
SEEDING = (
    "{} is seeded with one number, so each seed of the experiment draws the same",
    "seed it with run.seed; where data are to be the same for every seed, with run.fixed(\"split\")",
)  # fmt: skip
QUERY = ("the text passed to .{}() is computed, and may contain names that cannot be followed", "write it out")
SEEDERS = re.compile(
    r"(^|\.)(manual_seed|manual_seed_all|default_rng|RandomState|SeedSequence|PCG64|MT19937|Philox|SFC64)$"
    r"|^(random|numpy\.random)\.seed$|^random\.Random$|(^|\.)(set_seed|seed_everything)$"
)
SEEDS = {"random_state", "seed", "random_seed"}  # arguments


def refusals(node: ast.stmt, imports: Mapping[str, str], global_names: set[str], own: set[str]) -> list[Refusal]:
    """Everything in a statement that cannot be followed.

    global_names: those that it looks up in its file; own: those that the file binds.
    """
    return sorted(set(_refusals(node, imports, global_names, own)))


def _refusals(node: ast.stmt, imports: Mapping[str, str], global_names: set[str], own: set[str]) -> Iterator[Refusal]:
    inside: set[int] = set()  # parts of a dotted name that was checked as a whole
    builtin = global_names - own
    if builtin & {"vars", "locals"}:
        yield from _looking_around(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name | ast.Attribute) and id(inner) not in inside:
            part: ast.AST = inner
            while isinstance(part, ast.Attribute):
                part = part.value
                inside.add(id(part))
            if isinstance(part, ast.Name) and (part.id in imports or part.id in builtin):
                yield from _rule_for(inner, imports, builtin)
        if isinstance(inner, ast.Attribute):
            yield from _attribute(inner, inner.attr)
            yield from _write(inner, imports)
        elif isinstance(inner, ast.Call):
            yield from _call(inner, imports, global_names)
        elif isinstance(inner, ast.Import | ast.ImportFrom):
            yield from _imported(inner)


def _looking_around(node: ast.stmt) -> Iterator[Refusal]:
    """vars() and locals() outside of functions, and either of them passed on."""
    in_functions = {id(n) for f in ast.walk(node) if _is_function(f) for part in _body(f) for n in ast.walk(part)}
    functions = {id(inner.func): inner for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in ("vars", "locals") and isinstance(inner.ctx, ast.Load):
            call = functions.get(id(inner))
            if call is None:
                yield Refusal(inner.lineno, EVERYWHERE, f"{inner.id} {RULES[1].what}", RULES[1].fix)
            elif not call.args and id(call) not in in_functions:
                yield Refusal(inner.lineno, EVERYWHERE, f"{inner.id}() {RULES[1].what}", RULES[1].fix)


def _rule_for(node: ast.Name | ast.Attribute, imports: Mapping[str, str], global_names: set[str]) -> Iterator[Refusal]:
    """The rule for a name: an imported one, or a builtin that the file does not rebind."""
    full = called(node, imports)
    first = dotted(node).partition(".")[0]
    builtin = (first in BUILTIN or first.startswith("__")) and first in global_names
    if not first or not (first in imports or builtin):
        return
    bare = full.removeprefix("builtins.") if first not in imports or full.startswith("builtins.") else ""
    for rule in RULES:
        for name in rule.names:
            plan = first in imports and (full == name or full.startswith(f"{name}."))
            if (plan and name not in BUILTIN) or bare.partition(".")[0] == name:
                yield Refusal(node.lineno, rule.tag, f"{bare or full} {rule.what}", rule.fix)
                return


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[Refusal]:
    """An import inside a function or a block counts there, used or not."""
    names = [a.name for a in node.names]
    full = [f"{node.module}.{name}" for name in names] if isinstance(node, ast.ImportFrom) else names
    for rule in RULES:
        for name in full:
            if any(name == known for known in rule.names):
                yield Refusal(node.lineno, rule.tag, f"{name} {rule.what}", rule.fix)


def _attribute(node: ast.expr, name: str) -> Iterator[Refusal]:
    if name in ATTRIBUTES:
        yield Refusal(node.lineno, ATTRIBUTES[name], ATTRIBUTE[0].format(name), ATTRIBUTE[1])


def _write(node: ast.Attribute, imports: Mapping[str, str]) -> Iterator[Refusal]:
    chain = dotted(node)
    if isinstance(node.ctx, ast.Store | ast.Del) and chain.split(".")[0] in imports:
        what = f"a write to {chain} {INTO}"
        yield Refusal(node.lineno, EVERYWHERE, what, "pass the value as an argument instead", into=chain)


def _call(node: ast.Call, imports: Mapping[str, str], global_names: set[str]) -> Iterator[Refusal]:
    name = called(node, imports)
    if name == "getattr" and len(node.args) > 1:
        attribute = node.args[1]
        if isinstance(attribute, ast.Constant):
            yield from _attribute(node, str(attribute.value))
        elif chain := dotted(node.args[0]):
            what, fix = f"getattr with a computed name {INTO}", "name the attribute, or use a dict of the choices"
            yield Refusal(node.lineno, EVERYWHERE, what, fix, into=chain)
    if _is_query(node) and not _is_written_out(node.args[0]):
        assert isinstance(node.func, ast.Attribute)
        yield Refusal(node.lineno, EVERYWHERE, QUERY[0].format(node.func.attr), QUERY[1])
    yield from _seeds(node, name, imports, global_names)


# ---------------------------------------------------------------- seeds
def _seeds(node: ast.Call, name: str, imports: Mapping[str, str], global_names: set[str]) -> Iterator[Refusal]:
    """A generator that is seeded with one number, whatever the seed of the run."""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if SEEDERS.search(name or method):
        arguments = [*node.args, *(k.value for k in node.keywords)]
        if arguments and all(_is_fixed(each, imports, global_names) for each in arguments):
            yield Refusal(node.lineno, SEED, SEEDING[0].format(f"{name or method}()"), SEEDING[1])
        return
    for keyword in node.keywords:
        is_number = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None)
        if keyword.arg in SEEDS and is_number and _is_fixed(keyword.value, imports, global_names):
            what = SEEDING[0].format(f"{keyword.arg}= of {name or method or 'a call'}")
            yield Refusal(node.lineno, SEED, what, SEEDING[1])


def _is_fixed(node: ast.expr, imports: Mapping[str, str], global_names: set[str]) -> bool:
    """Whether a value is the same in every run: it consists of numbers and of names of the file."""
    names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    return not any(isinstance(n, ast.Call) for n in ast.walk(node)) and all(
        n in global_names or n in imports for n in names
    )


def seed_position(node: ast.stmt) -> int | None:
    """The position of a function's seed parameter, or of a class's, if it has a default other than None; else None."""
    if isinstance(node, ast.ClassDef):
        constructors = [each for each in node.body if getattr(each, "name", "") == "__init__"]
        position = seed_position(constructors[-1]) if constructors else None
        return None if position is None else position - 1
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    a = node.args
    names = [p.arg for p in (*a.posonlyargs, *a.args)]
    defaults = dict(zip(reversed(names), reversed(a.defaults), strict=False))
    defaults |= {p.arg: d for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is not None}
    for name in SEEDS & defaults.keys():
        default = defaults[name]
        if isinstance(default, ast.Constant) and default.value is not None:
            return names.index(name) if name in names else len(names)
    return None


def calls(node: ast.stmt, names: set[str]) -> list[Call]:
    """The calls in a statement that pass no seed, one record per function. names: those looked up in the file."""
    by_function: dict[str, Call] = {}
    for inner in ast.walk(node):
        chain = dotted(inner.func) if isinstance(inner, ast.Call) else ""
        if not isinstance(inner, ast.Call) or chain.partition(".")[0] not in names:
            continue
        unknown = any(isinstance(a, ast.Starred) for a in inner.args) or any(k.arg is None for k in inner.keywords)
        if not unknown and not any(k.arg in SEEDS for k in inner.keywords):
            call = Call(chain, len(inner.args), inner.lineno)
            by_function[chain] = min(by_function.get(chain, call), call)
    return list(by_function.values())


# ---------------------------------------------------------------- names in texts
def _is_query(node: ast.Call) -> bool:
    """df.query("r > @CUT"), df.eval(...), pd.eval(...): pandas looks up names of the text in the code around."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("query", "eval", "evaluate") and bool(node.args)


def _is_written_out(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):  # its parts may hold numbers, but no name: @{name} is one
        texts = [v.value for v in node.values if isinstance(v, ast.Constant)]
        return not any(str(text).endswith("@") for text in texts)
    return isinstance(node, ast.Constant)


def names_in_texts(node: ast.stmt) -> set[str]:
    """The names that texts passed to pandas look up in the code around them."""
    names: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and _is_query(inner):
            parts = inner.args[0].values if isinstance(inner.args[0], ast.JoinedStr) else [inner.args[0]]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    names |= set(re.findall(r"@([^\W\d]\w*)", part.value))
                    names |= set(re.findall(r"(?<![\w.@'\"])[^\W\d]\w*", part.value))
    return names


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _body(node: ast.AST) -> list[ast.AST]:
    body = node.body  # type: ignore[attr-defined]
    return body if isinstance(body, list) else [body]
