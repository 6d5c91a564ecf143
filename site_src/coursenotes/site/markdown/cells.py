"""Runnable fences: their source with its stored output; the cells are run before the page is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape
from typing import Any

from pymdownx.superfences import SuperFencesException, highlight_validator

from coursenotes.discover.text import cells
from coursenotes.errors import Problem
from coursenotes.figures.cells import lookup
from coursenotes.site.markdown.figures import cell_place
from coursenotes.site.markdown.tables import headed
from coursenotes.site.markdown.view import View

RUN = "run"
HIGHLIGHTING = ("title", "linenums", "hl_lines")


def install(md: Any, view: Callable[[], View | None]) -> None:
    """Make the superfences extension of this Markdown instance handle {.python .run}."""
    if "fenced_code_block" not in md.preprocessors:
        return
    fenced = md.preprocessors["fenced_code_block"]
    extension: Any = getattr(fenced, "extension", None)
    if not hasattr(extension, "extend_super_fences"):
        return

    def wanted(language: str, inputs: dict[str, Any], options: dict[str, Any], attrs: Any, md: Any) -> bool:
        options.update(inputs)
        return RUN in fenced.classes and view() is not None

    def shown(src: str = "", language: str = "", options: Any = None, md: Any = None, **_: Any) -> str:
        try:
            current = view()
            assert current is not None
            found = _which(current, src)
            if found is None:
                return ""
            number, cell = found
            output = cell_output(current, number)
            if options.get("hide") == "source":
                return f'<div class="cn-cell">{output}</div>'
            known = {name: options[name] for name in HIGHLIGHTING if name in options}
            checked: dict[str, Any] = {}
            highlight_validator("python", known, checked, {}, md)
            source = fenced.highlight(cell.source, "python", checked, md, classes=[], id_value="", attrs={})
            return f'<div class="cn-cell">{source}{output}</div>'
        except SuperFencesException:
            raise
        except Exception as error:  # superfences swallows any other exception and publishes the fence
            raise SuperFencesException(f"{error}") from error

    for language in ("python", "py"):
        extension.extend_super_fences(language, shown, wanted, lambda md: None)


def cell_output(view: View, number: int) -> str:
    """The output of the cell with this number, as HTML."""
    assert view.info is not None
    outputs = lookup.outputs(view.project.plan, view.info)
    if outputs is None:
        return '<div class="cn-output"><p class="cn-missing">not yet run</p></div>'
    body = "".join(part_html(view, number, n, part) for n, part in enumerate(outputs[number].parts))
    return f'<div class="cn-output">{body}</div>' if body else ""


def part_html(view: View, number: int, n: int, part: dict[str, str]) -> str:
    """One part of a cell's output as HTML."""
    kind, data = part["kind"], part["data"]
    if kind == "svg":
        return f'<figure class="cn-figure">{cell_place(view.name, number, n)}</figure>'
    if kind == "html":
        return f'<div class="cn-table" role="group" aria-label="Output" tabindex="0">{headed(data)}</div>'
    if kind == "note":
        return f'<p class="cn-cut">{escape(data)}</p>'
    if kind == "colored":
        return f'<pre class="cn-output__text"><code>{data}</code></pre>'
    return f'<pre class="cn-output__{kind}"><code>{escape(data)}</code></pre>'


def _which(view: View, source: str) -> tuple[int, lookup.Cell] | None:
    """The number and the cell with this source: of several with the same source, the next one. None in a comment.

    Raises SuperFencesException if the page's text has no such cell.
    """
    text = _bare(source)
    nth = view.cells[text]
    view.cells[text] += 1
    number = same = 0
    for fence in cells.fences(view.info.text if view.info is not None else ""):
        if fence.cell is None:
            continue
        if _bare(fence.cell.source) == text:
            if same == nth:
                return None if fence.commented else (number, fence.cell)
            same += 1
        number += not fence.commented
    fix = "write it without indentation, between lines of ``` alone"
    problem = Problem("a runnable fence that was not found in the page's text", view.path, None, (), fix)
    raise SuperFencesException(str(problem))


def _bare(source: str) -> str:
    """A text without what the Markdown converter drops or changes: two control characters, and blanks."""
    return re.sub(r"[\s\x02\x03]+", "", source)
