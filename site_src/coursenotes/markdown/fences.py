"""Runnable fences: their source with what it gave, looked up; the cells were run before the page is rendered."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from pymdownx.superfences import SuperFencesException, highlight_validator

from coursenotes import cells
from coursenotes.errors import Problem
from coursenotes.markdown.figures import cell_place
from coursenotes.markdown.view import View

RUN = "run"
HIGHLIGHTING = ("title", "linenums", "hl_lines")


def install(md: Any, view: Callable[[], View | None]) -> None:
    """Teach the superfences extension of this Markdown instance what {.python .run} means."""
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
            output = cell_output(current, src)
            if options.get("hide") == "source":
                return f'<div class="cn-cell">{output}</div>'
            known = {name: options[name] for name in HIGHLIGHTING if name in options}
            checked: dict[str, Any] = {}
            highlight_validator("python", known, checked, {}, md)
            source = fenced.highlight(src, "python", checked, md, classes=[], id_value="", attrs={})
            return f'<div class="cn-cell">{source}{output}</div>'
        except SuperFencesException:
            raise
        except Exception as error:  # superfences swallows any other exception, and publishes the fence
            raise SuperFencesException(f"{error}") from error

    for language in ("python", "py"):
        extension.extend_super_fences(language, shown, wanted, lambda md: None)


def cell_output(view: View, source: str) -> str:
    """What a cell gave, as HTML. Raises SuperFencesException for a cell that discovery did not find."""
    info = view.info
    known = cells.scan(info.text) if info is not None else []
    number = _which(view, known, source)
    if info is None or number is None:
        fix = "write it without indentation, between lines of ``` alone"
        problem = Problem("a runnable fence that was not found in the page's text", view.path, None, (), fix)
        raise SuperFencesException(str(problem))
    outputs = cells.outputs(view.library, info)
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
        return f'<div class="cn-table" role="region" aria-label="Output" tabindex="0">{data}</div>'
    return f'<pre class="cn-output__{kind}"><code>{escape(data)}</code></pre>'


def _which(view: View, known: list[Any], source: str) -> int | None:
    """The number of the cell with this source: of several that read the same, the next one."""
    text = _bare(source)
    same = [n for n, other in enumerate(known) if _bare(other.source) == text]
    nth = view.cells[text]
    view.cells[text] += 1
    return same[nth] if nth < len(same) else None


def _bare(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip("\n").split("\n"))
