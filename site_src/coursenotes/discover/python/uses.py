"""The references of a statement: the names that it looks up in its file, with the attributes that follow them."""

from __future__ import annotations

import ast
import copy
import symtable

from coursenotes.discover.python.names import binds, dotted, has_no_code


def references(node: ast.stmt, names: set[str]) -> set[str]:
    """Global names, with the attributes that follow them (a.b.c), which a statement reads or writes."""
    chains: set[str] = set()
    if isinstance(node, ast.ClassDef):  # a class's imports are its attributes
        chains = {name for inner in node.body if has_no_code(inner) for name in binds(inner)}
    inside: set[int] = set()
    for inner in ast.walk(node):
        if id(inner) in inside:
            continue
        if isinstance(inner, ast.Attribute):
            chain = dotted(inner)
            if chain:
                part: ast.AST = inner
                while isinstance(part, ast.Attribute):
                    part = part.value
                    inside.add(id(part))
                if chain.split(".")[0] in names:
                    chains.add(chain)
        elif isinstance(inner, ast.Name) and inner.id in names:
            chains.add(inner.id)
    return chains


def global_names(node: ast.stmt) -> set[str]:
    """The names that a statement looks up in its module, by Python's own symbol table.

    The statement is put into a function, where a comprehension's variables are local on every Python; the names that
    the statement itself binds are local there too, and are left out.
    """
    indented = "\n".join(f" {line}" for line in ast.unparse(_for_a_body(node)).splitlines())
    table = symtable.symtable(f"async def statement():\n{indented}", "statement", "exec")
    names: set[str] = set()
    todo = list(table.get_children())
    while todo:
        scope = todo.pop()
        todo += scope.get_children()
        for symbol in scope.get_symbols():
            # in a class body a name that is assigned may have been read from the module before
            if symbol.is_global() or (str(scope.get_type()).endswith("class") and symbol.is_referenced()):
                names.add(symbol.get_name())
    return names


def _for_a_body(node: ast.stmt) -> ast.stmt:
    """The statement in a form that a function's body may hold: without star imports, which are reported elsewhere."""
    stars = (n for n in ast.walk(node) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*")
    if not any(stars):
        return node
    node = copy.deepcopy(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.ImportFrom) and inner.names[0].name == "*":
            inner.names = [ast.alias(name="_", asname="_")]
    return ast.fix_missing_locations(node)
