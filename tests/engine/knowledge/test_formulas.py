"""Mistakes in formulas: brackets, commands, environments, with their lines."""

from __future__ import annotations

import pytest

from coursenotes.knowledge.form import formulas
from tests.engine.rendering import opened_at


def said(mini, page: str) -> list[str]:
    found = formulas.problems(opened_at(mini, page=page).catalog)
    return [f"{p.line} {p.what.removeprefix('the formula cannot be typeset: ')} | {p.fix}" for p in found]


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac{1}{2}$, \(x^{2}\), $\{a \mid b\}$ and $\left( x \right]$",
        "$$\n\\begin{aligned}\na &= \\text{50\\% of it} \\\\\n\\end{aligned}\n$$",
        "\\begin{align*}\na &= \\mathbb{R}\n\\end{align*}",
        r"\[ \operatorname{softmax}(z)_i = \argmin_k \hat{r} \tag{1} \]",
        r"It costs $5 or $6, \$7, `$\nothing$`, and C:\notes \( alone.",
        r"$\newcommand{\loss}{\mathcal{L}} \loss$ and $\loss$",
        "```\n$$\n```",
    ],
)
def test_what_can_be_typeset_is_left_alone(mini, text):
    assert said(mini, f"# Try\n\n{text}\n") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$\fracc{1}{2}$", r"3 there is no command \fracc | write \frac"),
        (r"\(x^{2\)", "3 { is not closed | None"),
        ("$$\na\n+ b}\n$$", "5 } closes nothing | None"),
        (r"$\left( x$", r"3 \left is not closed | None"),
        (
            "$$\n\\begin{alinged}\na\n\\end{alinged}\n$$",
            r"4 there is no environment alinged | write \begin{aligned}",
        ),
        ("$$\n\\begin{aligned}\na\n$$", r"4 \begin{aligned} is not closed | None"),
        ("$$\na\n\nb", "3 a formula of $$ that does not end | close it with $$, with no empty line inside"),
    ],
)
def test_what_would_be_red_is_reported_with_its_line(mini, text, expected):
    assert said(mini, f"# Try\n\n{text}\n") == [expected]


def test_the_names_are_read_from_temml():
    assert {"frac", "alpha", "aligned", "argmin"} <= formulas.commands() and len(formulas.commands()) > 800
    assert {"aligned", "matrix", "cases", "CD"} <= formulas.environments()
