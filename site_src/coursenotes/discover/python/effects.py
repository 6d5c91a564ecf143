"""Finds the statements of a file that only bind their names; all that are not shown to be such have an effect.

A statement with an effect may change what others bound (an entry in a table, a seed, a list of instances), so it counts
for everything that imports its file, whether or not a name leads to it. Inert statements are literals, containers and
comprehensions of them, plain functions, classes without hooks, and calls of a short list of functions that only make
something.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from coursenotes.discover.python import inert as known
from coursenotes.discover.python.names import BUILTIN, called, dotted, has_no_code

DATA, RUNNING, DEFINED, UNKNOWN = "data", "running", "defined", "unknown"  # kinds of values; RUNNING: an iterator
_OF_PROPERTIES = ("setter", "getter", "deleter")
BASES = ("torch", "fastai", "sklearn", "numpy", "abc", "collections", "enum", "typing", "builtins", "coursenotes")
"""Libraries whose classes do nothing of consequence when one is derived from them."""
HOOKS = {"__init_subclass__", "__class_getitem__", "__prepare__", "__mro_entries__", "__instancecheck__"}


def effects(nodes: Iterable[ast.stmt], imports: Mapping[str, str]) -> tuple[list[tuple[bool, list[str]]], list[str]]:
    """The effects of a file's top-level statements, and the names that the file binds to data only.

    imports: the targets of the file's imported names. -> ([(whether a statement may do more than bind its names, the
    imported names that this assumes to be data), ...], names)
    """
    scope, statements = _Scope(imports, imports.get("annotations") == "__future__:annotations"), []
    for node in nodes:
        scope.assumed.clear()
        inert = scope.inert(node)
        statements.append((not inert, sorted(scope.assumed)))
    return statements, [name for name, kind in scope.names.items() if kind == DATA]


def bases(node: ast.stmt) -> list[str]:
    """The names of a class's bases, whose code may run when a class is derived from them; [] for other statements."""
    nodes = node.bases if isinstance(node, ast.ClassDef) else []
    return [dotted(base.value if isinstance(base, ast.Subscript) else base) for base in nodes]


def has_hook(node: ast.stmt) -> bool:
    """Whether a class acts when another is derived from it: __init_subclass__, or a metaclass."""
    if not isinstance(node, ast.ClassDef):
        return False
    return any(getattr(inner, "name", "") in HOOKS for inner in node.body) or not _is_plain_class(node)


def _is_plain_class(node: ast.ClassDef) -> bool:
    """No arguments in addition to its bases, or only those of abstract classes; each base is a name."""
    keywords = {k.arg: dotted(k.value).rpartition(".")[2] for k in node.keywords}
    return not (keywords and keywords != {"metaclass": "ABCMeta"}) and all(
        dotted(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases
    )


class _Scope:
    """The names that a file, or a class's body, has bound so far, and the kind of value that each is bound to.

    assumed: the imported names that the current statement takes for data; their files tell whether they are.
    """

    def __init__(self, imports: Mapping[str, str], delayed: bool, names: Mapping[str, str] | None = None):
        self.imports, self.delayed = imports, delayed
        self.names: dict[str, str] = dict(names or {})
        self.assumed: set[str] = set()

    def inner(self) -> _Scope:
        """A scope in this one, which shares its assumptions."""
        inner = _Scope(self.imports, self.delayed, self.names)
        inner.assumed = self.assumed
        return inner

    # -- statements
    def inert(self, node: ast.stmt) -> bool:
        """Whether a statement only binds names. Notes them."""
        if has_no_code(node) or isinstance(node, ast.Pass) or _is_never_run(node):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.bind(node.name, DEFINED)
            return self._function(node)
        if isinstance(node, ast.ClassDef):
            self.bind(node.name, DEFINED)
            return self._class(node)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            return self._assignment(node)
        if type(node).__name__ == "TypeAlias":
            return True
        if isinstance(node, ast.If | ast.Try):
            return self._block(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store | ast.Del):
                self.bind(inner.id, UNKNOWN)
        return False

    def _block(self, node: ast.If | ast.Try) -> bool:
        """Whether an if or a try only binds names, whichever of its branches are run."""
        branches = [node.body, node.orelse]
        if isinstance(node, ast.Try):
            branches += [node.finalbody, *(handler.body for handler in node.handlers)]
            for handler in node.handlers:
                if handler.name:
                    self.bind(handler.name, UNKNOWN)
            tested = all(handler.type is None or self.kind(handler.type) for handler in node.handlers)
        else:
            tested = self.kind(node.test) == DATA
        inert = [self.inert(each) for branch in branches for each in branch]
        return tested and all(inert)

    def bind(self, name: str, kind: str) -> None:
        """Note a binding; a name that is bound to two kinds of values is unknown."""
        old = self.names.get(name, kind)
        self.names[name] = kind if old == kind else UNKNOWN

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        a = node.args
        defaults = [*a.defaults, *(d for d in a.kw_defaults if d is not None)]
        params = [p for p in (*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg) if p]
        return (
            all(self._decorator(d) for d in node.decorator_list)
            and all(self.kind(d) for d in defaults)
            and all(self._annotation(each) for each in [*(p.annotation for p in params), node.returns])
        )

    def _decorator(self, node: ast.expr) -> bool:
        name = called(node, self.imports)
        if isinstance(node, ast.Call) and not all(self.kind(each) for each in _arguments(node)):
            return False
        first, _, last = dotted(node).rpartition(".")
        if name in known.DECORATORS or name.startswith((known.OURS, "pytest.mark.")):
            return True
        return bool(last in _OF_PROPERTIES and self.names.get(first) == DEFINED)

    def _class(self, node: ast.ClassDef) -> bool:
        """Whether a class has plain bases and a body that only binds. modules.py checks the bases themselves."""
        inner = self.inner()
        body = [inner.inert(each) for each in node.body]
        return all(body) and _is_plain_class(node) and all(self._decorator(d) for d in node.decorator_list)

    def _assignment(self, node: ast.Assign | ast.AnnAssign) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        alias = node.value is not None and dotted(node.value).partition(".")[0] in self.imports
        kind = UNKNOWN if alias else self.kind(node.value)
        inert = bool(kind) and (not isinstance(node, ast.AnnAssign) or self._annotation(node.annotation))
        for target in targets:
            several = isinstance(target, ast.Tuple | ast.List)
            for each in ast.walk(target):
                if isinstance(each, ast.Attribute | ast.Subscript):
                    inert = False
                elif isinstance(each, ast.Name):
                    self.bind(each.id, kind or UNKNOWN)
            inert = inert and (not several or kind == DATA)  # unpacking reads, and may use up an iterator
        for each in ast.walk(node.value) if node.value is not None else ():
            if isinstance(each, ast.NamedExpr):
                self.bind(each.target.id, UNKNOWN)
        return inert

    def _annotation(self, node: ast.expr | None) -> bool:
        return node is None or self.delayed or not any(isinstance(each, ast.Call) for each in ast.walk(node))

    # -- expressions
    def kind(self, node: ast.expr | None) -> str:
        """The kind of an expression's value; "" where evaluating it may do more than give a value."""
        if node is None or isinstance(node, ast.Constant):
            return DATA
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.Lambda):
            defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
            return DEFINED if all(self.kind(d) for d in defaults) else ""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return self._holding(node.elts)
        if isinstance(node, ast.Dict):
            return self._holding([*node.values, *(k for k in node.keys if k is not None)])
        if isinstance(node, ast.Starred):
            return DATA if self.kind(node.value) == DATA else ""
        if isinstance(node, ast.NamedExpr):
            return self.kind(node.value)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return self._comprehension(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Subscript):
            return self.kind(node.value) and DATA if self._all_data([node.slice]) and self._reads(node.value) else ""
        if isinstance(node, ast.IfExp):
            return self._holding([node.body, node.orelse]) if self.kind(node.test) == DATA else ""
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare | ast.JoinedStr | ast.Slice):
            return DATA if self._all_data(_operands(node)) else ""
        if isinstance(node, ast.FormattedValue):
            return DATA if self._all_data([node.value, node.format_spec]) else ""
        return ""

    def _name(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        if name in self.imports:
            self.assumed.add(name)
            return DATA
        return DATA if name in BUILTIN else UNKNOWN

    def _all_data(self, nodes: Iterable[ast.expr | None]) -> bool:
        return all(self.kind(each) == DATA for each in nodes)

    def _holding(self, nodes: Iterable[ast.expr]) -> str:
        """The kind of a container: the least known kind among its items."""
        kinds = {self.kind(each) for each in nodes}
        for kind in ("", UNKNOWN, RUNNING, DEFINED):
            if kind in kinds:
                return kind
        return DATA

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> str:
        inner = self.inner()
        for generator in node.generators:
            if not inner._may_read(generator.iter):
                return ""
            for each in ast.walk(generator.target):
                if isinstance(each, ast.Name):
                    inner.names[each.id] = DATA
            if not inner._all_data(generator.ifs):
                return ""
        items = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        kind = inner._holding(items)
        return RUNNING if kind == DATA and isinstance(node, ast.GeneratorExp) else kind

    def _call(self, node: ast.Call) -> str:
        arguments = _arguments(node)
        name = called(node, self.imports).removeprefix("builtins.")
        if dotted(node.func).partition(".")[0] in self.names:
            name = ""  # bound by this file, not a library's
        if (name in known.KEEPING and name != "dict") or name.startswith(known.OURS):
            return DEFINED if all(isinstance(each, ast.Name) or self.kind(each) for each in arguments) else ""
        if name == "dict" and all(self.kind(each) == DEFINED for each in arguments if not self._may_read(each)):
            return DATA if all(self._may_read(each) for each in arguments) else DEFINED
        if not all(self._may_read(each) for each in arguments) or not self._calls_only_known(name, node):
            return ""
        if name in known.MAKING | known.BUILTINS or name.startswith(known.MODULES):
            return RUNNING if name in known.ITERATORS else DATA
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        return DATA if method in known.METHODS and self._reads(node.func) else ""

    def _may_read(self, node: ast.expr) -> bool:
        """Whether this may be read to its end: data, or an iterator without a name, which nothing else can read."""
        kind = self.kind(node)
        return kind == DATA or (kind == RUNNING and not isinstance(node, ast.Name))

    def _calls_only_known(self, name: str, node: ast.Call) -> bool:
        """Whether a call only calls known functions, if it takes any, and writes into none of its arguments."""
        functions = [k.value for k in node.keywords if k.arg == "key"]
        functions += node.args[:1] if name in ("map", "filter") else []
        if any(called(each, self.imports) not in known.MAKING | known.BUILTINS for each in functions):
            return False
        return not any(k.arg in ("out", None) for k in node.keywords)

    def _attribute(self, node: ast.Attribute) -> str:
        chain = dotted(node)
        if chain.partition(".")[0] in self.imports and chain.partition(".")[0] not in self.names:
            self.assumed.add(chain)
            return DATA
        if not self._reads(node.value):
            return ""
        return DATA if node.attr in known.VALUES else UNKNOWN  # a method, perhaps one that changes its object

    def _reads(self, node: ast.expr) -> bool:
        """Whether taking a part of this value runs no code of the project."""
        if isinstance(node, ast.Attribute):
            return self._reads(node.value)
        return self.kind(node) == DATA


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(k.value for k in node.keywords)]


def _operands(node: ast.expr) -> list[ast.expr]:
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def _is_never_run(node: ast.stmt) -> bool:
    """Whether a statement is if TYPE_CHECKING: or if __name__ == "__main__":, which no job runs."""
    test = ast.unparse(node.test) if isinstance(node, ast.If) and not node.orelse else ""
    return test in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
