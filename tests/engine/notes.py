"""Notebooks for tests: a plain one, and one by somebody who means no good."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

FIELDS = {"kind": "summary", "state": "reviewed", "authors": ["ana"], "license": "CC-BY-4.0"}
LESSON = """---
title: Lesson 8
lectures: [dl2022/8]
---
# Lesson 8: convolutions

What it says.

## Dropout

It is.
"""


def text(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True), **more}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    given = {"execution_count": 1, "metadata": {}, "outputs": list(outputs)}
    return {"cell_type": "code", "source": source.splitlines(keepends=True), **given}


def stream(said: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": said.splitlines(keepends=True)}


def data(**kinds: Any) -> dict[str, Any]:
    """An output: data(text_html="<b>1</b>"); _ stands for /."""
    named = {kind.replace("_", "/", 1): value for kind, value in kinds.items()}
    return {"output_type": "display_data", "metadata": {}, "data": named}


def notebook(*cells: dict[str, Any], **fields: Any) -> str:
    """A notebook's file as Jupyter writes it; fields=None leaves ours out."""
    given = {**FIELDS, **fields}
    metadata = {"coursenotes": {k: v for k, v in given.items() if v is not None}, "language_info": {"name": "python"}}
    whole = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False)


def png(width: int, height: int, noise: bool = False) -> str:
    """A picture's file in base64; noise makes it large."""
    shape = (height, width, 3)
    pixels = np.random.default_rng(0).integers(0, 255, shape, np.uint8) if noise else np.full(shape, 200, np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script><circle r="4"/></svg>'


def hostile(made: Path) -> str:
    """A notebook with everything that a page must not get; its code would make a file."""
    html = (
        '<style>body{display:none}</style><div style="position:fixed" onmouseover="alert(1)">Hover</div>'
        "<script>alert(2)</script><table border=1 class=dataframe><tr><th>rate</th></tr><tr><td>3</td></tr></table>"
        '<a href="jAvaScript:alert(3)">press</a><form action="https://evil.example/"><input name=q></form>'
        '<a href="data:text/html;base64,PHNjcmlwdD4=">data</a></div></section></article></body>'
    )
    traceback = ["\x1b[0;31m-----\x1b[0m", "\x1b[0;31mZeroDivisionError\x1b[0m: division by zero"]
    widget = {"model_id": "ab", "version_major": 2, "version_minor": 0}
    return notebook(
        text(
            "# Hostile notes\n\nMass and energy: $E = m c^2$, at [1:08:22] and [DL1v5L8@0:01:09].\n\n"
            "$$\n\\sum_{i=1}^n x_i < 3\n$$\n\nIt costs \\$5 here. [press](javascript:alert(4)) "
            "[dropout](../lesson8.md#dropout) [below](#Second-Part) [out](https://example.org/)\n\n"
            '<script src="https://evil.example/x.js">alert(5)</script>\n\n<iframe src="https://evil.example/"></iframe>\n\n'
            '<img src=x onerror="alert(6)">\n\n![far](https://evil.example/pixel.png)\n\n![here](attachment:a.png)\n\n'
            "![beside](gray.png)\n\n<div>\n\nunclosed\n",
            attachments={"a.png": {"image/png": png(8, 8)}},
        ),
        code(f"from pathlib import Path\n\nPath({str(made)!r}).touch()  # never run", data(text_html=html)),
        text("#### Second Part\n\n- [ ] to do\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```\n"),
        code("loop()", *(stream(f"line {n}\n") for n in range(10_000))),
        code(
            "bar()", stream("\r".join(f"{n} %" for n in range(100)) + "\n\x1b[1;31mred\x1b[0m \x1b[48;5;1mdeep\x1b[0m")
        ),
        code("big()", data(image_png=png(1500, 1200, noise=True), text_plain="<Figure>")),
        code("odd()", data(**{"image/png": "bm8gcGljdHVyZQ=="}), data(**{"image/svg+xml": SVG})),
        code("js()", data(application_javascript="alert(7)", text_plain="<Javascript>")),
        code("w()", data(**{"application/vnd.jupyter.widget-view+json": widget, "text/plain": "IntSlider(value=0)"})),
        code("e()", {"output_type": "error", "ename": "ZeroDivisionError", "evalue": "x", "traceback": traceback}),
        code("t()", data(text_latex="$$\\frac{1}{2}$$"), data(text_markdown="*soft* <script>alert(8)</script>")),
        code("wide()", stream("x" * 9000 + "\n")),
        {"cell_type": "raw", "metadata": {}, "source": "<b>raw</b> </article><script>alert(9)</script>"},
        text("# Another title\n\n## Second Part\n\n<a name='x' id='__search'>named</a>"),
    )
