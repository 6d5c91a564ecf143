"""The style sheet for what Temml says in style attributes: the pages' policy refuses those, mathml.py made classes."""

from __future__ import annotations

import re
from pathlib import Path

from coursenotes.project import Project

FILE = "assets/formulas.css"
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_NAME = re.compile(r'(?<=[ "])(?P<property>[a-z-]+):(?P<value>[\w#.,%()+-]+)(?=[ "])')
# Nothing that could lay one part of a page over another: a page may bring a <math> of its own.
_HARMLESS = re.compile(
    r"(padding|border|margin)(-(left|right|top|bottom))?|color|background-color|width|height|(min|max)-width|"
    r"text-align|white-space|font-(style|weight|family|size)|math-(depth|style)"
)


def write(project: Project, folder: Path, address: str) -> None:
    """Write a rule for each class of the form "padding-left:1em" inside a formula of any page."""
    found = set()
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for formula in _MATH.findall(text) if "<math" in text else ():
            found |= {match.groups() for match in _NAME.finditer(formula)}
    rules = [_rule(name, value) for name, value in sorted(found) if _HARMLESS.fullmatch(name) and "url" not in value]
    (folder / FILE).write_text("".join(rules), encoding="utf-8")


def _rule(name: str, value: str) -> str:
    selector = re.sub(r"([^\w-])", r"\\\1", f"{name}:{value}")
    return f"math .{selector} {{ {name}: {value.replace('_', ' ')} }}\n"
