r"""Formulas come out right: in tables, in sentences, in headings and what is made of them; and prices stay prices."""

from __future__ import annotations

import html
import json
import re

import markdown
import pytest
import yaml
from markdown.extensions import Extension

from coursenotes.discover import links
from coursenotes.discover.headings import page_title, sections
from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site.files import previews
from coursenotes.site.files.search import _in_words
from coursenotes.site.markdown import formulas
from tests.conftest import ROOT
from tests.engine.rendering import EXPERIMENTS, opened_at, put, render, whole, write


class Ours(Extension):
    def extendMarkdown(self, md):
        formulas.install(md)


def site() -> markdown.Markdown:
    """Python-Markdown as the site has it, and of our own what is tested here."""
    given = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["markdown_extensions"]
    options = {name: config for item in given if isinstance(item, dict) for name, config in item.items()}
    names = [next(iter(item)) if isinstance(item, dict) else item for item in given]
    return markdown.Markdown(extensions=[*names, Ours()], extension_configs=options)


def converted(text: str) -> str:
    return site().convert(text)


def found(text: str) -> list[str]:
    """The TeX of every formula on a page."""
    return [html.unescape(tex) for tex in re.findall(r'class="arithmatex">(.*?)</', converted(text), re.DOTALL)]


def cells(row: str, head: str = "| a | b |\n|---|---|\n") -> list[str]:
    page = converted(head + row)
    return [html.unescape(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td.*?>(.*?)</td>", page, re.DOTALL)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("| $|x|$ | norm |", [r"\(|x|\)", "norm"]),
        (r"| $P(A \| B)$ | b |", [r"\(P(A | B)\)", "b"]),
        (r"| \(|x|\) | $$|y|$$ |", [r"\(|x|\)", r"\(|y|\)"]),
        ("$|x|$ | b", [r"\(|x|\)", "b"]),
        (r"| $\lVert x \rVert$ | $a$ and $|b|$ |", [r"\(\lVert x \rVert\)", r"\(a\) and \(|b|\)"]),
        (r"| `a | b` | `a \| b` |", ["a | b", "a | b"]),
        (r"| `$|` | \| $x$ |", ["$|", r"| \(x\)"]),
        ("| $5 | $10 |", ["$5", "$10"]),
        ("|$5|$10|", ["$5", "$10"]),
        ("|US$|CA$|", ["US$", "CA$"]),
        (r"| $\begin{matrix} a \\ b \end{matrix}$ | b |", [r"\(\begin{matrix} a \\ b \end{matrix}\)", "b"]),
    ],
)
def test_a_bar_in_a_formula_ends_no_cell(row, expected):
    assert cells(row) == expected


def test_a_head_may_hold_bars_too():
    page = converted("| $|x|$ | b |\n|---|---|\n| 1 | 2 |\n")
    assert re.findall(r"<th.*?>(.*?)</th>", page) == [r'<span class="arithmatex">\(|x|\)</span>', "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("So $$y$$ it is.", [r"\[y\]"]),
        ("$$a$$ and $$b$$", [r"\[a\]", r"\[b\]"]),
        ("$$a$$, then $x$\nand $$ b $$", [r"\[a\]", r"\(x\)", r"\[b\]"]),
        ("Text:\n$$\na < b\n$$\nmore", [r"\[a < b\]"]),
        ("$$\na < b\n$$", ["\\[\na < b\n\\]"]),
        ("$a$$b$", [r"\(a\)", r"\(b\)"]),
        ("- a\n- $$q$$ here\n", [r"\[q\]"]),
        ("> said $$q$$ here", [r"\[q\]"]),
        ("Note[^1]\n\n[^1]: $$q$$ here, $|x|$", [r"\[q\]", r"\(|x|\)"]),
        ("$a_b$ and $c_d$, *so $x_1$ it* is", [r"\(a_b\)", r"\(c_d\)", r"\(x_1\)"]),
        ("`$` and $z$ and `b$`, ``$q$``", [r"\(z\)"]),
        ("It costs $5 and $10, $5–$10, ($5) to ($6), US$3", []),
        (r"A \$5 and \$6, \\(x\\) and \[x\](y)", []),
        ("3$\\times$3", [r"\(\times\)"]),
        ("[the $x|y$ link](u)", [r"\(x|y\)"]),
        ('!!! note "The $L_2$ norm"\n    $|x|$', [r"\(L_2\)", r"\(|x|\)"]),
        ("term $a$\n:   is $$b$$ here", [r"\(a\)", r"\[b\]"]),
    ],
)
def test_formulas_of_a_text(text, expected):
    assert found(text) == expected
    assert not re.search(r"\$<span|</span>\$|\$\$", converted(text)), "dollars are left"


def test_a_heading_is_set_and_named_in_characters():
    md = site()
    page = md.convert("# The $L_2$ norm\n\n## When $a<b$ & $$\\frac{a}{b}$$\n\n### $|x|$ {#x}\n\n#### 1 $x$\n")
    assert r"\(L_2\)" in page and r"\(\frac{a}{b}\)" in page, "set, and in the line"
    (top,) = md.toc_tokens
    assert (top["name"], top["id"]) == ("The L₂ norm", "the-l_2-norm"), "the address is what it was"
    (below,) = top["children"]
    assert below["name"] == "When a &lt; b &amp; a/b" and below["children"][0]["name"] == "|x|"
    assert "The L₂ norm" in converted("[TOC]\n\n# The $L_2$ norm\n").partition("<h1")[0]


def test_what_only_has_words_has_no_tex():
    page = converted('![The $L_2$ norm](x.png) [a](b.md "of $x^2$")')
    assert 'alt="The L₂ norm"' in page and 'title="of x²"' in page


def test_the_same_title_and_the_same_address_are_told_of_a_page(mini):
    project = opened_at(mini, page="# The $L_2$ norm, `$x$`\n\n## Of $\\alpha$ & $a_b$\n")
    page = project.catalog.pages["concepts/try.md"]
    assert page_title(page) == "The L₂ norm, $x$"
    assert [s.title for s in sections(page.text)][1] == "Of α & a_b"
    md = site()
    md.convert(page.text)
    (top,) = md.toc_tokens
    assert [s.anchor for s in sections(page.text)] == [top["id"], top["children"][0]["id"]]
    titled = opened_at(mini, page="---\ntitle: Of $x^2$\n---\n# Other\n").catalog.pages["concepts/try.md"]
    assert page_title(titled) == "Of x²"


def test_brackets_in_a_formula_are_no_link(mini):
    project = opened_at(mini, page="# Try\n\n$f[i](x.md)$ and $[a](claim:nothing.is)$\n")
    assert not project.catalog.problems and not project.catalog.pages["concepts/try.md"].references
    assert not list(links.problems(project.catalog.pages, {}))
    assert "[a](claim:nothing.is)" in render(project)


def test_a_search_finds_what_is_shown():
    assert _in_words(r"<p>of \(L_2\) &amp; \(a &lt; b\)</p><code>\(x^2\)</code> \[x^2\]") == (
        r"<p>of L₂ &amp; a &lt; b</p><code>\(x^2\)</code> x²"
    )


def test_a_site_without_formulas_or_tables_is_left_alone():
    md = markdown.Markdown(extensions=["toc", Ours()])
    assert md.convert("$|x|$ | $$y$$") == "<p>$|x|$ | $$y$$</p>"


def test_the_whole_site_names_a_page_in_characters(mini):
    write(
        mini.docs / "concepts/norm.md", "# The $L_2$ norm\n\nIt is $x^2$. So.\n\n## Of $|x|$ and $$y$$\n\n`\\(x^2\\)`\n"
    )
    head = "---\ntitle: Rank $r$\ndescription: Of $W_q$.\n---\n"
    write(mini.docs / "concepts/rank.md", f"{head}# Rank $r$\n\n[It](norm.md) is.\n")
    project = opened_at(mini)
    for experiment in EXPERIMENTS:
        put(project, experiment)
    folder = whole(Project(discover(mini)))
    norm, rank = ((folder / f"concepts/{name}/index.html").read_text(encoding="utf-8") for name in ("norm", "rank"))
    assert "<title>The L₂ norm - " in norm and "<title>Rank r - " in rank
    assert '<meta name="description" content="Of W_q.">' in rank
    menus = re.findall(r'<span class="md-ellipsis">\s*(.*?)\s*</span>', norm + rank, re.DOTALL)
    assert {"The L₂ norm", "Rank r", "Of |x| and y"} <= set(menus) and not re.findall(r"[\\$]", "".join(menus))
    index = json.loads((folder / "search/search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"]: entry for entry in index["docs"]}
    assert found["concepts/norm/"]["title"] == "The L₂ norm" and "It is x². So." in found["concepts/norm/"]["text"]
    below = next(entry for where, entry in found.items() if where.startswith("concepts/norm/#"))
    assert below["title"] == "Of |x| and y" and r"\(x^2\)" in below["text"]
    told = json.loads((folder / previews.FILE).read_text(encoding="utf-8"))
    assert told["concepts/norm/"][:2] == ["The L₂ norm", "It is x². So."] and told["concepts/rank/"][0] == "Rank r"
