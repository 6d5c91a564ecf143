r"""Formulae as characters, for a table of contents, a title and a search."""

import pytest

from coursenotes.discover.text.tex import of_fields, rendered, spelled, words


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("x^2", "x²"),
        ("L_2", "L₂"),
        (r"\alpha_{k+1}", "αₖ₊₁"),
        (r"W_{qk}", "W_qk"),
        (r"\mathbb{R}^{n\times m}", "ℝ^(n×m)"),
        (r"\lVert x \rVert_2", "‖x‖₂"),
        (r"\|x\|", "‖x‖"),
        (r"\frac{\partial L}{\partial w_{ij}}", "∂L/∂wᵢⱼ"),
        (r"\frac{a+b}{2n}", "(a+b)/(2n)"),
        (r"\tfrac12", "1/2"),
        (r"\sqrt{a+b}", "√(a+b)"),
        (r"e^{z_i}", "e^(zᵢ)"),
        (r"\hat{y} \le \bar{x}", "ŷ ≤ x̅"),
        (r"\operatorname{softmax}(z)_i", "softmax(z)ᵢ"),
        (r"\argmin_k", "argminₖ"),
        (r"\left\{ a \mid b \right\}", "{ a | b }"),
        (r"\mathbf{W}^\top \boldsymbol{\theta}", "Wᵀθ"),
        (r"\text{loss} = 5\%", "loss = 5%"),
        ("", ""),
    ],
)
def test_a_formula_is_spelled_in_characters(tex, expected):
    assert words(tex) == expected


@pytest.mark.parametrize("tex", ["}{", r"\frac{", "{" * 60, "\\", "^", "_", r"\begin{matrix} a", r"\left", "x^{", "$"])
def test_no_formula_raises_an_error(tex):
    assert isinstance(words(tex), str) and "\ue000" not in words(tex)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"The $L_2$ norm of \(a<b\)", "The L₂ norm of a < b"),
        ("$a_b$ and $$c^2$$", "a_b and c²"),
        ("It costs $5 and $10, or $5–$10", "It costs $5 and $10, or $5–$10"),
        ("`$x^2$` is not $x^2$", "`$x^2$` is not x²"),
        (r"\[draft\] of \$x^2\$", r"\[draft\] of \$x^2\$"),
        ("no formula", "no formula"),
    ],
)
def test_only_formulae_of_a_line_change(text, expected):
    assert spelled(text) == expected


def test_a_rendered_line_stays_html_and_prices_stay_prices():
    assert rendered(r"\(a &lt; b\), \[x^2\] &amp; $5$") == "a &lt; b, x² &amp; $5$"
    assert rendered(r"\(a < b\)", escaped=False) == "a < b"


def test_the_fields_that_a_theme_shows_have_no_tex():
    assert of_fields({"title": "$L_2$", "description": None, "subject": "$x$"}) == {"title": "L₂"}
