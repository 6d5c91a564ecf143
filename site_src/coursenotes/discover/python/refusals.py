"""Code whose dependencies cannot be read off the text: what it is, and what to write in its place.

Each rule is told with the line of the code, and stands in docs/contribute/refused.md, which a test compares with this.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from coursenotes.discover.python.names import BUILTIN, called, dotted

EVERYWHERE = ""  # the tags: where a rule holds
IN_JOBS = "job"  # not in cells, whose output is shown as it was
ADDRESS = "address"  # in jobs and figures; a claim may ask whether two objects are one
CLOCK = "clock"  # not where the experiment declares which of its metrics are times
SEED = "seed"  # in what an experiment reaches: neither in the making of its data, nor in figures, cells and claims
GETATTR, WRITE = "getattr", "write"  # only where the target is a module of the project


@dataclass(frozen=True)
class Rule:
    """Names that are refused (what follows them included), why, what to write instead, and where the rule holds."""

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
          "socket.gethostname locale", "the environment is no part of the key", "write the value out, or make it a "
          "setting"),
    _rule("__file__", "leads to files that are no part of the key", "give a Dataset File()s, or write the text out"),
    _rule("socket urllib.request http.client ftplib requests httpx torch.hub",
          "reads from the network, which is no part of the key", "give a Dataset File()s with their digests"),
    _rule("os.urandom os.getrandom random.SystemRandom secrets uuid.uuid1 uuid.uuid4 uuid.getnode torch.seed "
          "torch.random.seed torch.initial_seed", "is another number in each run",
          "draw from torch, numpy or random, which each run seeds, or from a generator made with run.seed"),
    _rule("time.time time.time_ns time.localtime time.gmtime time.ctime time.asctime time.strftime "
          "datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today "
          "pandas.Timestamp.now pandas.Timestamp.today pandas.Timestamp.utcnow", "is another moment in each run",
          "write the date out; to measure how long something takes, use perf_counter"),
    _rule("time.perf_counter time.perf_counter_ns time.process_time time.process_time_ns time.monotonic "
          "time.monotonic_ns time.thread_time time.thread_time_ns timeit", "measures a time, which is another in each "
          "run", 'say which metrics are times: @experiment(times=["seconds"])', CLOCK),
    _rule("subprocess os.system os.popen os.execv os.spawnv multiprocessing.Process",
          "starts a program, which is no part of the key", "do it in this process", IN_JOBS),
    _rule("inspect.getsource inspect.getsourcelines inspect.getdoc inspect.getcomments inspect.findsource "
          "inspect.getsourcefile inspect.getfile linecache tokenize traceback dis help pydoc doctest "
          "typing.get_type_hints inspect.get_annotations __doc__",
          "reads texts and lines of the code, which are no part of the key", "write the text out as a value", IN_JOBS),
    _rule("id", "is the address of an object, which is another in each run", "use the object itself, or its name",
          ADDRESS),
)  # fmt: skip
ATTRIBUTES = {
    "__globals__": EVERYWHERE, "__builtins__": EVERYWHERE, "__subclasses__": EVERYWHERE, "__loader__": EVERYWHERE,
    "__spec__": EVERYWHERE, "f_globals": EVERYWHERE, "f_locals": EVERYWHERE, "f_back": EVERYWHERE,
    "tb_frame": EVERYWHERE, "gi_frame": EVERYWHERE, "__code__": IN_JOBS, "co_firstlineno": IN_JOBS, "__doc__": IN_JOBS,
}  # fmt: skip
ATTRIBUTE = ("{} leads to what cannot be followed", "name what is used; list classes and functions in a table")
SEEDING = (
    "{} is seeded with one number, so each seed of the experiment draws the same",
    "seed it with run.seed; where data are to be the same for every seed, with run.fixed(\"split\")",
)  # fmt: skip
QUERY = ("the text given to .{}() is computed, and may hold names that cannot be followed", "write it out")
SEEDERS = re.compile(
    r"(^|\.)(manual_seed|manual_seed_all|default_rng|RandomState|SeedSequence|PCG64|MT19937|Philox|SFC64)$"
    r"|^(random|numpy\.random)\.seed$|^random\.Random$|(^|\.)(set_seed|seed_everything)$"
)
SEEDS = {"random_state", "seed", "random_seed"}  # arguments
Found = tuple[int, str, str, str]  # line, tag, what, how to mend it


def found(node: ast.stmt, imports: dict[str, str], global_names: set[str], own: set[str]) -> list[Found]:
    """Everything in a statement that cannot be followed.

    global_names: those that it looks up in its file; own: those that the file binds.
    """
    return sorted(dict.fromkeys(_found(node, imports, global_names, own)))


def _found(node: ast.stmt, imports: dict[str, str], global_names: set[str], own: set[str]) -> Iterator[Found]:
    inside: set[int] = set()  # parts of a name that was looked at as a whole
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
                yield from _named(inner, imports, builtin)
        if isinstance(inner, ast.Attribute):
            yield from _attribute(inner, inner.attr)
            yield from _write(inner, imports)
        elif isinstance(inner, ast.Call):
            yield from _call(inner, imports, global_names)
        elif isinstance(inner, ast.Import | ast.ImportFrom):
            yield from _imported(inner)


def _looking_around(node: ast.stmt) -> Iterator[Found]:
    """vars() and locals() outside of functions, and either of them handed on."""
    in_functions = {id(n) for f in ast.walk(node) if _is_function(f) for part in _body(f) for n in ast.walk(part)}
    functions = {id(inner.func): inner for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in ("vars", "locals") and isinstance(inner.ctx, ast.Load):
            call = functions.get(id(inner))
            if call is None:
                yield inner.lineno, EVERYWHERE, f"{inner.id} {RULES[1].what}", RULES[1].fix
            elif not call.args and id(call) not in in_functions:
                yield inner.lineno, EVERYWHERE, f"{inner.id}() {RULES[1].what}", RULES[1].fix


def _named(node: ast.Name | ast.Attribute, imports: dict[str, str], global_names: set[str]) -> Iterator[Found]:
    """A name that a rule names: an imported one, or a builtin that the file does not bind anew."""
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
                yield node.lineno, rule.tag, f"{bare or full} {rule.what}", rule.fix
                return


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[Found]:
    """What is imported in a function counts where it stands, used or not."""
    names = [a.name for a in node.names]
    full = [f"{node.module}.{name}" for name in names] if isinstance(node, ast.ImportFrom) else names
    for rule in RULES:
        for name in full:
            if any(name == known for known in rule.names):
                yield node.lineno, rule.tag, f"{name} {rule.what}", rule.fix


def _attribute(node: ast.AST, name: str) -> Iterator[Found]:
    if name in ATTRIBUTES:
        yield node.lineno, ATTRIBUTES[name], ATTRIBUTE[0].format(name), ATTRIBUTE[1]  # type: ignore[attr-defined]


def _write(node: ast.Attribute, imports: dict[str, str]) -> Iterator[Found]:
    chain = dotted(node)
    if isinstance(node.ctx, ast.Store | ast.Del) and chain.split(".")[0] in imports:
        yield node.lineno, WRITE, chain, "pass the value as an argument instead"


def _call(node: ast.Call, imports: dict[str, str], global_names: set[str]) -> Iterator[Found]:
    name = called(node, imports)
    if name == "getattr" and len(node.args) > 1:
        attribute = node.args[1]
        if isinstance(attribute, ast.Constant):
            yield from _attribute(node, str(attribute.value))
        else:  # only a project module's names are lost: told when it is resolved
            fix = "name the attribute, or use a dict of the choices"
            yield node.lineno, GETATTR, dotted(node.args[0]), fix
    if _is_query(node) and not _is_written_out(node.args[0]):
        assert isinstance(node.func, ast.Attribute)
        yield node.lineno, EVERYWHERE, QUERY[0].format(node.func.attr), QUERY[1]
    yield from _seeds(node, name, imports, global_names)


# ---------------------------------------------------------------- seeds
def _seeds(node: ast.Call, name: str, imports: dict[str, str], global_names: set[str]) -> Iterator[Found]:
    """A generator that is given one number, whatever the seed of the run."""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if SEEDERS.search(name or method):
        given = [*node.args, *(k.value for k in node.keywords)]
        if given and all(_is_fixed(each, imports, global_names) for each in given):
            yield node.lineno, SEED, SEEDING[0].format(f"{name or method}()"), SEEDING[1]
        return
    for keyword in node.keywords:
        is_number = not (isinstance(keyword.value, ast.Constant) and keyword.value.value is None)
        if keyword.arg in SEEDS and is_number and _is_fixed(keyword.value, imports, global_names):
            yield node.lineno, SEED, SEEDING[0].format(f"{keyword.arg}= of {name or method or 'a call'}"), SEEDING[1]


def _is_fixed(node: ast.expr, imports: dict[str, str], global_names: set[str]) -> bool:
    """Whether a value is the same in every run: made of numbers and of names of the file."""
    names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    return not any(isinstance(n, ast.Call) for n in ast.walk(node)) and all(
        n in global_names or n in imports for n in names
    )


def seeded(node: ast.stmt) -> int | None:
    """Of a function that has a seed of its own unless it is given one: at which place it takes it; else None."""
    if isinstance(node, ast.ClassDef):
        made = [each for each in node.body if getattr(each, "name", "") == "__init__"]
        place = seeded(made[-1]) if made else None
        return None if place is None else place - 1
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


def calls(node: ast.stmt, names: set[str]) -> dict[str, tuple[int, int]]:
    """What a statement calls without naming a seed: {a.b: (the fewest arguments, the line)}. names: the file's."""
    found: dict[str, tuple[int, int]] = {}
    for inner in ast.walk(node):
        chain = dotted(inner.func) if isinstance(inner, ast.Call) else ""
        if not isinstance(inner, ast.Call) or chain.partition(".")[0] not in names:
            continue
        unknown = any(isinstance(a, ast.Starred) for a in inner.args) or any(k.arg is None for k in inner.keywords)
        if not unknown and not any(k.arg in SEEDS for k in inner.keywords):
            found[chain] = min(found.get(chain, (99, 0)), (len(inner.args), inner.lineno))
    return found


# ---------------------------------------------------------------- names in texts
def _is_query(node: ast.Call) -> bool:
    """df.query("r > @CUT"), df.eval(...), pd.eval(...): texts in which pandas looks up names of the code around."""
    return isinstance(node.func, ast.Attribute) and node.func.attr in ("query", "eval", "evaluate") and bool(node.args)


def _is_written_out(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):  # its parts may hold numbers, but no name: @{name} is one
        texts = [v.value for v in node.values if isinstance(v, ast.Constant)]
        return not any(str(text).endswith("@") for text in texts)
    return isinstance(node, ast.Constant)


def names_in_texts(node: ast.stmt) -> set[str]:
    """The names that texts given to pandas look up in the code around them."""
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and _is_query(inner):
            parts = inner.args[0].values if isinstance(inner.args[0], ast.JoinedStr) else [inner.args[0]]
            for part in parts:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found |= set(re.findall(r"@([^\W\d]\w*)", part.value))
                    found |= set(re.findall(r"(?<![\w.@'\"])[^\W\d]\w*", part.value))
    return found


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _body(node: ast.AST) -> list[ast.AST]:
    body = node.body  # type: ignore[attr-defined]
    return body if isinstance(body, list) else [body]
