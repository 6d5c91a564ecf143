"""Formulas as MathML: what becomes of styles, errors and commands, and that a page's are made once."""

from __future__ import annotations

import re

import pytest

from coursenotes.discover.text import mathml as made
from coursenotes.discover.text.mathml import mathml
from coursenotes.paths import Paths
from coursenotes.site.files import formulas
from coursenotes.site.markdown.typeset import typeset

PAGE = '<p>The <span class="arithmatex">\\(a &lt; x^2\\)</span>.</p><div class="arithmatex">\n\\[\\frac{1}{2}\\]</div>'


def test_a_page_gets_math_elements_with_their_tex(tmp_path):
    page = typeset(PAGE, Paths(tmp_path))
    assert re.findall(r'<math alttext="([^"]*)"', page) == ["a &lt; x^2", r"\frac{1}{2}"]
    assert '<math alttext="\\frac{1}{2}" display="block"' in page and "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in page
    assert "\\(" not in page and page.count("</math></span>.</p>") == 1


def test_the_formulas_of_a_page_are_made_once(tmp_path, monkeypatch):
    page = typeset(PAGE, Paths(tmp_path))
    monkeypatch.setattr(made, "_temml", lambda: pytest.fail("asked again"))
    assert typeset(PAGE, Paths(tmp_path)) == page


def test_a_page_without_formulas_stays_as_it_is(tmp_path):
    code = '<code class="arithmatex-like">\\(x\\)</code>'
    assert typeset(code, Paths(tmp_path)) == code and not Paths(tmp_path).memo.exists()


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{array}{c|c} a & b \\ \hline c & d \end{array} \tag{1}",
        r"\color{red} \boxed{x} + \hat y + \cancel{z}",
        r"\nosuchthing{x}",
    ],
)
def test_no_formula_has_a_style_attribute_and_none_loses_its_style(tex, tmp_path):
    """The policy of the pages refuses style attributes: their declarations become classes with rules of their own."""
    html = mathml(tex, block=True)
    assert " style=" not in html
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    formulas.write(None, tmp_path, "")  # type: ignore[arg-type]
    rules = (tmp_path / formulas.FILE).read_text(encoding="utf-8")
    said = set(re.findall(r"(?<=[ \"])((?:padding|border|color|width)[a-z-]*:[^ \"]+)", html))
    assert said, "Temml no longer says any of it in style attributes"
    for each in said:
        name, value = each.split(":", 1)
        assert f"{{ {name}: {value.replace('_', ' ')} }}" in rules


def test_a_page_cannot_bring_rules_of_its_own(tmp_path):
    """A rule is made of a class inside a <math>: one that a stranger writes there must not cover the page."""
    (tmp_path / "assets").mkdir()
    evil = [
        "position:fixed",
        "inset:0",
        "display:block",
        "background-color:url(//x.y)",
        "color:red}*{color:blue",
        "z-index:9",
    ]
    (tmp_path / "index.html").write_text(
        f'<math class="{" ".join(evil)} color:red"></math><p class="color:green">', "utf-8"
    )
    formulas.write(None, tmp_path, "")  # type: ignore[arg-type]
    rules = (tmp_path / formulas.FILE).read_text(encoding="utf-8")
    assert rules == "math .color\\:red { color: red }\n"


@pytest.mark.parametrize(
    ("tex", "says"),
    [(r"x^{2", "Expected"), (r"\def\a{\a\a}\a", "Too many expansions"), (r"\includegraphics{a}", "not trusted")],
)
def test_a_formula_that_cannot_be_read_is_red_with_its_error(tex, says):
    html = mathml(tex, block=True)
    assert 'class="temml-error' in html and says in html


@pytest.mark.parametrize(
    ("tex", "says"),
    [
        ("{" * 20_000 + "x" + "}" * 20_000, "stack"),
        (r"\frac{" * 3000 + "x" + "}{2}" * 3000, "stack"),
        (r"\def\a{" + "x" * 300_000 + r"}" + r"\a" * 900, "memory"),
    ],
)
def test_a_formula_that_is_made_to_harm_stops_no_build(tex, says, monkeypatch):
    monkeypatch.setattr(made, "MEGABYTES", 64)
    made._temml.cache_clear()
    html = mathml(tex, block=True)
    assert html.startswith('<span class="temml-error">') and says in html and len(html) < 300
    made._temml.cache_clear()
    assert mathml("x", block=False) == "<math><mi>x</mi></math>", "and the next one is made"


@pytest.mark.parametrize("name", made.ALSO)
def test_names_of_other_programs_are_known(name):
    assert "temml-error" not in mathml(rf"x \{name} y", block=False) and f"\\{name}" not in mathml(
        rf"\{name}", block=False
    )


def test_a_long_formula_comes_whole():
    """QuickJS hands over no string that it has not yet put together, such as one of many parts."""
    html = mathml(" + ".join(rf"\frac{{x_{{{n}}}}}{{{n}}}" for n in range(300)), block=True)
    assert html.count("<mfrac>") == 300
