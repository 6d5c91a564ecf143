"""What the statements of a file bind, import, call by which name, and do besides."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from coursenotes.canonical import is_text

RANDOM = re.compile(
    r"random\.[a-z]|numpy\.random\.(?!default_rng)[a-z]|torch\.(rand|normal|bernoulli|multinomial|manual_seed)"
)
RUNNING = re.compile(r"default_rng|Generator|RandomState|Random\(|iter\(|cycle\(|count\(")  # next() differs each time
BUILTIN = frozenset(dir(builtins))


def dotted(node: ast.AST) -> str:
    """a.b.c for names and attributes of names, else an empty string."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def called(node: ast.expr, imports: dict[str, str]) -> str:
    """The full name of what is called or named, through the file's imports: coursenotes.experiment."""
    chain = dotted(node.func if isinstance(node, ast.Call) else node)
    if not chain:
        return ""
    first, _, rest = chain.partition(".")
    full = imports.get(first, first).replace(":", ".")
    return f"{full}.{rest}" if rest else full


def is_said(node: ast.stmt) -> bool:
    """An import or words: no statement of its own."""
    return isinstance(node, ast.Import | ast.ImportFrom) or is_text(node)


def read_import(
    node: ast.Import | ast.ImportFrom, module: str, imports: dict[str, str], star: list[tuple[str, int]], package: bool
) -> None:
    """Note what an import binds (alias -> "module" or "module:name"), and what it brings with a star."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                _bind(imports, alias.asname, alias.name)
            else:  # "import a.b" binds a; several such imports share it
                first = alias.name.split(".")[0]
                _bind(imports, first, first)
                imports[f" {alias.name}"] = alias.name  # not a name: remembered as loaded
        return
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        parts = parts[: len(parts) - node.level + (1 if package else 0)]
        base = ".".join([*parts, base] if base else parts)
    for alias in node.names:
        if alias.name == "*":
            star.append((base, node.lineno))
        else:
            _bind(imports, alias.asname or alias.name, f"{base}:{alias.name}")


def _bind(imports: dict[str, str], alias: str, target: str) -> None:
    """Note an import. What an earlier one bound to the name is kept as ?name: either may be the one that runs."""
    old = imports.get(alias, target)
    imports[alias] = target
    if old != target:
        _bind(imports, f"?{alias}", old)


# ---------------------------------------------------------------- what it binds
def bound_names(node: ast.stmt) -> list[str]:
    """The module-level names that a top-level statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:  # a block: whatever is bound anywhere in it
        return sorted({name for inner in here(node) for name in binds(inner)})
    found = [t for target in targets for t in ast.walk(target)]
    if any(isinstance(t, ast.Attribute | ast.Subscript) for t in found):
        return []  # it changes something that exists: an effect
    return [t.id for t in found if isinstance(t, ast.Name)]


def here(node: ast.AST) -> Iterator[ast.AST]:
    """What is run where the node stands: not the bodies of functions, classes and lambdas, which are given whole."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from here(child)


def binds(node: ast.AST) -> list[str]:
    """The names that one node of a block binds by itself."""
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, ast.Store) else []
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [a.asname or a.name.split(".")[0] for a in node.names if a.name != "*"]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
        return [node.name] if node.name else []
    if isinstance(node, ast.MatchAs | ast.MatchStar):
        return [node.name] if node.name else []
    return [node.rest] if isinstance(node, ast.MatchMapping) and node.rest else []


# ---------------------------------------------------------------- what it does besides
def changes(nodes: list[ast.stmt], imports: dict[str, str]) -> list[bool]:
    """For each top-level statement, whether it may change what others bound, so that it counts without being named."""
    made = {name: ast.unparse(node) for node in nodes if _is_made(node) for name in bound_names(node)}
    return [_changes(n) or _draws(n, imports, made) or _registers(n, imports) for n in nodes]


def _changes(node: ast.stmt) -> bool:
    """Neither a definition nor an assignment of names; a block is all that it holds."""
    defines = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign)
    return not (defines and bound_names(node)) and not _is_for_others(node)


def _is_for_others(node: ast.stmt) -> bool:
    """if TYPE_CHECKING: and if __name__ == "__main__":, which no job runs."""
    test = ast.unparse(node.test) if isinstance(node, ast.If) and not node.orelse else ""
    return test in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")


def _draws(node: ast.stmt, imports: dict[str, str], made: dict[str, str]) -> bool:
    """Whether a top-level assignment may change what later ones give: RNG.normal(), draw(RNG), np.random.normal()."""
    running = {name for name, how in made.items() if RUNNING.search(how)}
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    for call in (inner for inner in here(node) if isinstance(inner, ast.Call)):
        root, dot, _ = dotted(call.func).partition(".")
        if (root in made and dot) or RANDOM.match(called(call, imports)):
            return True
        given = [*call.args, *(k.value for k in call.keywords)]
        if any(isinstance(a, ast.Name) and a.id in running for a in given):
            return True
    return False


def _is_made(node: ast.stmt) -> bool:
    """NAME = call(...): an object, which may change when it is used."""
    return isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call)


def _registers(node: ast.stmt, imports: dict[str, str]) -> bool:
    """Whether a decorator may put a definition where no name leads to it: @patch, @g.register, one of the project's."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return False
    for decorator in node.decorator_list:
        name = called(decorator, imports)
        first, _, rest = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator).partition(".")
        ours = imports.get(first, "snippets").split(".")[0].split(":")[0] in ("snippets", "tests")
        if ours and first and not (first in BUILTIN and first not in imports):
            return True
        if rest.startswith("register") or name.rpartition(".")[2] in ("patch", "patch_to"):
            return True
    return False
