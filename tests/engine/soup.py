"""Real-world Markdown, made up: the pieces that notes are made of, thrown together."""

from __future__ import annotations

import random

PIECES = [
    "# Head", "## Sub [1:02]", "### deep `c` *x*", "Setext\n===", "Two\n---", "- item", "* star", "  - nested",
    "    - deeper", "1. one", "7) seven", "  • dot", "> quote", "> > twice", "```", "```py\ncode x\n```", "~~~",
    "    indented", "\ttabbed", "***", "---", "| a | b |\n|---|:-:|\n| 1 | `x|y` |", "|x|\n|-|\n| y | z |",
    "[link](http://x.example/a_b*c)", "[rel](other.md)", "![pic](pic.png)", "![abs](http://i.example/a.png)",
    "![](pic.png)", '[a [b] c](x(y).md "t")', "[ref][one]", "[one]: http://one.example 'T'", "[^1]", "[^1]: foot note",
    "[^zz]", "<b>bold</b>", '<div align="center" onclick="x()">', "</div>", "<script>alert(1)</script>", "<script>",
    "<style>p{}</style>", "<details><summary>Sum</summary>", "</details>", "<br>", '<img src="http://i.example/b.png">',
    '<a href="javascript:x">js</a>', "<T>", "List<int>", "a < b > c", "<!-- comm -->", "<!--", "-->", "$x^2$",
    "$5 and $6", "$$\ny=1\n$$", r"\\(z\\)", r"\\[z\\]", r"\begin{align}a\end{align}", "[1:02:03]", "[99:99]",
    "[00:01:09]", "(19:12)", "dl2022/8@20:24", "[ DL1v5L8@0:54:00 ]", "[zz9@1:00]", "[x](measured:a.b.c)",
    "[y](lecture:dl2022/8@1:00:00)", "![f](figure:a.b)", "https://youtu.be/htiNBPxcXgo?t=1m5s",
    "http://a.example/c_d?e=f&g=(h).", "**bold**", "*em*", "***both***", "_under_ snake_case", "~~gone~~", "``a`b``",
    "`", "*", "_", "[", "]", "(", ")", "{", "}", "{: .x}", "{#id}", "!!! note", "??? q", '=== "t"', ":smile:", "&amp;",
    "&lt;b&gt;", "&", "\\", r"\*", "!", "![", '!!! note "x"\n    body', "term\n: def", "*[HTML]: hyper", "[TOC]",
    "::: x", "word", "Ünïcode", "日本語", "🙂", "12.", "+ plus", "=", "--", "[text]", "[text]:", "[@cite]", "<http://auto.example/x>",
    "<mail@x.example>", '<iframe src="https://www.youtube.com/embed/htiNBPxcXgo?start=12"></iframe>', "<sub>2</sub>",
    "<kbd>K</kbd>", "<table><tr><td>c1<td>c2</table>", "<ul><li>l1<li>l2</ul>", "<pre>p <b>q</b></pre>", "<h2>HH</h2>",
    "<p>para", "#tag", "#", "####### seven", "<?php x ?>", "<![CDATA[ x ]]>", "<!DOCTYPE html>", "{{ liquid }}",
    "@user", "\x02wz\x03", "- - twice", "1. ```\n   in\n   ```", "> # quoted", "- # listed", "[#](#head)",
    "<a name='here'></a>",
]  # fmt: skip
BETWEEN = ["\n\n", "\n", " ", "\n\n", ""]


def soup(seed: int) -> str:
    """A note that nobody would write, the same for a seed each time."""
    made = random.Random(seed)
    return "".join(made.choice(PIECES) + made.choice(BETWEEN) for _ in range(made.randint(1, 14)))
