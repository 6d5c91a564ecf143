"""A notebook's bounded copy, made only from the content of its cells: no metadata, no scripts, no endless outputs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from coursenotes.cache import keys
from coursenotes.cache.memo import Memo
from coursenotes.discover.notebooks import NotebookCell, joined, read
from coursenotes.discover.text.prose import escaped, prose
from coursenotes.discover.text.references import TIME
from coursenotes.paths import Paths
from coursenotes.site.notebooks import pictures, safe

HEAD, TAIL = 80, 20  # lines of a long output that are shown
LETTERS = 500  # of one line
OUTPUTS = 20  # of one cell
HTML = 50_000  # characters of one output in HTML
ALL = 1_000_000  # characters of all outputs that are text
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp")

_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\-_]")
_OTHER = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f]")

Output = dict[str, Any]


def copy(path: Path) -> str:
    """The bounded copy of a notebook, as JSON. Raises CoursenotesError."""
    notebook = read(path)
    room = [ALL]
    cells = [_cell(number, cell, room) for number, cell in enumerate(notebook.cells, 1)]
    kernel = {"name": "none", "display_name": "none", "language": notebook.language}
    copied = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(copied, ensure_ascii=False, indent=1)


def keep(path: Path, paths: Paths) -> Path:
    """The file of a notebook's bounded copy; made anew if the notebook, or the code that copies, has changed."""
    memo, key = Memo(paths, "notebooks", ".ipynb"), keys.notebook(path.read_bytes())
    return memo.path(key) if memo.get(key) is not None else memo.put(key, copy(path))


def _cell(number: int, cell: NotebookCell, room: list[int]) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"cell-{number}", "cell_type": "markdown", "metadata": {}, "source": ""}
    if cell.kind == "markdown":
        attached = _attachments(cell.more.get("attachments"))
        return {**made, "source": _markdown(cell.source), **({"attachments": attached} if attached else {})}
    if cell.kind == "raw":
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", cell.source)), default=0))
        return {**made, "source": f"{fence}text\n{cell.source}\n{fence}" if cell.source.strip() else ""}
    outputs = list(_outputs(cell, room))
    return {**made, "cell_type": "code", "source": cell.source, "execution_count": None, "outputs": outputs}


def _markdown(text: str) -> str:
    """A Markdown cell with its times as links, and a note on what is taken out of it."""
    masked = prose(text)
    for match in reversed(list(TIME.finditer(masked))):
        if escaped(masked, match.start()):
            continue
        time = match["at"] or match["time"]
        words = f"{match['code']} {time}" if match["code"] else time
        link = f"[{words}](lecture:{match['code'] or ''}@{time})"
        text = text[: match.start()] + link + text[match.end() :]
    note = safe.sentence(safe.lost_from_markdown(text))
    return f"{text}\n\n{note}" if note else text


def _attachments(attachments: Any) -> dict[str, dict[str, str]]:
    """A Markdown cell's pictures by their names; the limit of the whole page is checked later, with all pictures."""
    kept: dict[str, dict[str, str]] = {}
    for name, kinds in (attachments if isinstance(attachments, dict) else {}).items():
        for kind, data in (kinds if isinstance(kinds, dict) else {}).items():
            if kind in PICTURES and joined(data):
                kept[str(name)] = {kind: joined(data)}
    return kept


# ---------------------------------------------------------------- outputs
def _outputs(cell: NotebookCell, room: list[int]) -> Iterator[Output]:
    """A cell's outputs, bounded, with a note for each omission."""
    given = [output for output in cell.more.get("outputs", []) if isinstance(output, dict)]
    whole: list[list[Output]] = []
    for kind, group in groupby(given, key=lambda output: output.get("output_type")):
        if kind == "stream":
            whole.append(list(_text("".join(joined(output.get("text")) for output in group))))
        else:
            whole += [list(_shown(cell, output)) for output in group]
    for number, parts in enumerate(whole):
        size = sum(len(part.get("text", "")) + len(part.get("data", {}).get("text/markdown", "")) for part in parts)
        if number == OUTPUTS or size > room[0]:
            count = len(whole) - number
            yield _html(safe.left_out([f"{count:,} more outputs" if count > 1 else "one more output"]))
            return
        room[0] -= size
        yield from parts


def _shown(cell: NotebookCell, output: Output) -> Iterator[Output]:
    """One output other than a stream: an error's traceback, or the first of its formats that a page can show."""
    if output.get("output_type") == "error":
        lines = output.get("traceback")
        text = "\n".join(line for line in lines if isinstance(line, str)) if isinstance(lines, list) else ""
        yield from _text(text or f"{output.get('ename')}: {output.get('evalue')}")
        return
    data = output.get("data")
    forms = {str(kind): joined(text) for kind, text in (data if isinstance(data, dict) else {}).items()}
    plain, html = forms.get("text/plain", ""), forms.get("text/html", "")
    missing: list[str] = []
    lost = safe.lost(html)
    if any("widget" in kind for kind in forms):
        missing.append("a widget, which needs a running kernel")
    if "application/javascript" in forms:
        lost["script"] += 1
    picture = next((kind for kind in PICTURES if forms.get(kind)), None)
    clean = safe.loose(html) if len(html) <= HTML else ""
    if html and not clean and len(html) > HTML:
        missing.append(f"a table or a text of {len(html):,} characters")
    told = safe.left_out(missing) + safe.sentence(lost)
    if clean and (re.sub(r"<(?!img)[^>]*>|\s", "", clean)) and not (picture and lost):
        yield _html(clean)
    elif picture:
        yield _html(_picture(cell, output, picture, forms[picture]))
    elif forms.get("text/markdown"):
        yield _markdown_output(forms["text/markdown"])
    elif forms.get("text/latex"):
        yield {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/latex": forms["text/latex"][: LETTERS * 4]},
        }
    elif plain:
        yield from _text(plain)
    elif not told:
        told = safe.left_out([f"an output of the kind {kind}" for kind in sorted(forms)[:1]])
    if told:
        yield _html(told)


def _picture(cell: NotebookCell, output: Output, kind: str, data: str) -> str:
    """A picture, with the notebook's description of it, or a general one."""
    if kind == "image/svg+xml":
        data = base64.b64encode(data.encode()).decode()
    try:
        source = pictures.bounded(f"data:{kind};base64,{''.join(data.split())}")
    except pictures.CannotShow as error:
        return safe.left_out([str(error)])
    given = output.get("metadata"), cell.more.get("metadata")
    words = [place.get("alt") for place in given if isinstance(place, dict)]
    inner = given[0].get(kind) if isinstance(given[0], dict) else None
    words.insert(0, inner.get("alt") if isinstance(inner, dict) else None)
    alt = next((w for w in words if isinstance(w, str) and w.strip()), "A picture that the code above makes")
    width = inner.get("width") if isinstance(inner, dict) else None
    sized = f' width="{width}"' if isinstance(width, int) and 0 < width < 5000 else ""
    return f'<img src="{source}" alt="{escape(alt)}"{sized}>'


def _markdown_output(text: str) -> Output:
    text = _markdown(text[:HTML])
    return {"output_type": "display_data", "metadata": {}, "data": {"text/markdown": text}}


def _html(html: str) -> Output:
    return {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}


def _stream(lines: list[str]) -> Output:
    return {"output_type": "stream", "name": "stdout", "text": "\n".join(lines)}


def _text(text: str) -> Iterator[Output]:
    """A text as a terminal shows it; only its beginning and its end if it is long."""
    lines = [_line(line) for line in text.rstrip("\n").split("\n")]
    if not any(lines):
        return
    cut = len(lines) - HEAD - TAIL
    if cut <= 1:
        yield _stream(lines)
        return
    yield _stream(lines[:HEAD])
    yield _html(safe.left_out([f"{cut:,} of {len(lines):,} lines"]))
    yield _stream(lines[-TAIL:])


def _line(line: str) -> str:
    """A line without the parts that a terminal overwrites, cut if it is very long."""
    line = _OTHER.sub("", line.rstrip("\r").rpartition("\r")[2])
    plain = _ANSI.sub("", line)
    if len(plain) <= LETTERS and len(line) <= 10 * LETTERS:
        return line
    return f"{plain[:LETTERS]} … ({len(plain) - LETTERS:,} characters more)" if len(plain) > LETTERS else plain
