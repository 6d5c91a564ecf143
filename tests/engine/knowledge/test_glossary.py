"""Terms and abbreviations: how they are shown, where they are explained, and mistakes in the file."""

from __future__ import annotations

import os
import re

import pytest

from coursenotes.build import check
from coursenotes.knowledge.facts import glossary
from coursenotes.site.kept_pages import Rendered
from coursenotes.site.reference import glossary as index
from tests.engine.rendering import opened_at, render, whole, write

GLOSSARY = r"""
logit:
  text: What a network gives before [softmax](term:softmax), for $z_i$ and `x`.
  also: [logits]
  page: concepts/averages.md
  see: softmax
learning rate:
  text: How far a step goes.
SGD:
  stands_for: stochastic gradient descent
  text: A step on a *few* examples at a time.
  also: SGDs
softmax:
  text: Exponentials divided by their sum.
"""


def project(mini, page: str = "# Try\n\nText.\n", terms: str = GLOSSARY):
    write(mini.glossary, terms)
    return opened_at(mini, page=page)


def said(mini, page: str = "# Try\n\nText.\n", terms: str = GLOSSARY) -> list[str]:
    """The problems, as file:line, message and fix."""
    found = check.static(project(mini, page, terms))
    return [f"{getattr(p.path, 'name', '')}:{p.line} {p.what} | {p.fix}" for p in found]


def without_tips(html: str) -> str:
    return re.sub(r'<span class="cn-tip".*?</span>', "", re.sub(r'aria-describedby="[^"]*" ', "", html))


# ---------------------------------------------------------------- terms
def test_a_term_is_a_link_to_the_glossary_with_a_tip(mini):
    html = render(project(mini, "# Try\n\nIts [logits](term:logit) and [](term:Learning_Rate).\n"))
    text = without_tips(html)
    assert '<a class="cn-term" href="../../reference/glossary/#logit">logits</a>' in text
    assert '<a class="cn-term" href="../../reference/glossary/#learning-rate">learning rate</a>' in text
    tip = re.search(r'<span class="cn-tip"[^>]*>(.*?)</span>', html)[1]
    assert "What a network gives before softmax, for <small" in tip
    assert '<small class="arithmatex"><math alttext="z_i">' in tip and "</math></small> and <code>x</code>." in tip


def test_an_unknown_term_is_reported_with_the_nearest_form(mini):
    assert said(mini, "# Try\n\n[x](term:logitt)\n") == ['try.md:3 no term "logitt" in glossary.yml | write term:logit']
    assert said(mini, "# Try\n\n[x](term:SGDs) and [y](term:Softmax)\n") == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  text: How far a step goes.", "  txt: How far", "glossary.yml:8 the term learning rate has no field 'txt'"),
        ("  text: How far a step goes.", "  page: index.md", "glossary.yml:7 the term learning rate has no text"),
        ("learning rate:", "softmax:", "glossary.yml:13 the glossary: softmax appears twice | None"),
        ("learning rate:", "SOFTMAX:", "glossary.yml:13 softmax names two terms | None"),
        ("also: SGDs", "also: [Logits]", "glossary.yml:9 Logits names two terms | remove it from also:"),
        ("also: SGDs", "also: [sgd]", "glossary.yml:9 sgd is the term itself | remove it from also:"),
        ("also: SGDs", "also: {a: b}", "glossary.yml:12 also of SGD is not a list | None"),
        ("concepts/averages.md", "concepts/average.md", 'glossary.yml:2 no page "concepts/average.md"'),
        ("see: softmax", "see: [softmaxx]", 'glossary.yml:2 no term "softmaxx" in glossary.yml | write term:softmax'),
        ("term:softmax", "term:sofmax", 'glossary.yml:2 no term "sofmax" in glossary.yml | write term:softmax'),
        ("term:softmax", "measured:averages.noise.error?n=1", "glossary.yml:2 logit: a glossary's text "),
        ("logit:", "logit: [", "glossary.yml:3 not YAML:"),
    ],
)  # fmt: skip
def test_mistakes_in_the_file_are_reported_with_their_line(mini, old, new, expected):
    found = said(mini, terms=GLOSSARY.replace(old, new))
    assert any(each.startswith(expected) for each in found), found


# ---------------------------------------------------------------- abbreviations
ABBREVIATED = """# Try SGD

SGD is *SGD*, twice, and so are SGDs.

| `SGD` | [SGD](https://example.org) |
|---|---|
| SGD-like | SGDX, sgd, my.SGD, a/SGD |

![SGD](x.png "A picture of SGD")

!!! note "SGD here"
    Code is

        SGD

## SGD below

Again SGD[^1]: $SGD$ [](term:SGD).

[^1]: A note on SGD.
"""


def test_an_abbreviation_is_explained_everywhere_in_prose(mini):
    html = render(project(mini, ABBREVIATED))
    text = without_tips(html)
    link = '<a class="cn-term" href="../../reference/glossary/#sgd"><abbr class="cn-abbr">SGD</abbr></a>'
    other = '<abbr class="cn-abbr" title="stochastic gradient descent">SGD</abbr>'
    assert f"<p>{link} is <em>{other}</em>, twice, and so are " in text, "the first of its section has a tip"
    assert ">SGDs</abbr>.</p>" in text
    assert f"{other}-like" in text
    assert text.count(link) == 2 and f"<p>Again {link}<sup" in text
    assert f"A note on {other}." in text
    assert "SGDX, sgd, my.SGD, a/SGD" in text
    assert 'stochastic gradient descent</small><small class="cn-tip__line">A step on a few examples' in html


def test_code_links_headings_figures_and_formulas_are_left_alone(mini):
    html = without_tips(render(project(mini, ABBREVIATED)))
    for left in ("<code>SGD</code>", '<a href="https://example.org">SGD</a>', 'alt="SGD"', "A picture of SGD</figcap",
                 '<p class="admonition-title">SGD here</p>', ">SGD</script>"):  # fmt: skip
        assert left in html, left
    assert re.search(r"<h1[^>]*>Try SGD", html) and re.search(r"<h2[^>]*>SGD below", html)
    assert not re.search(r"<pre[^>]*>(?:(?!</pre>).)*<abbr", html, re.DOTALL)


def test_numbers_are_left_alone(mini):
    from tests.engine.rendering import put

    text = "# Try\n\n[0.8](measured:averages.noise.error?n=1)\n"
    terms = GLOSSARY.replace("SGD:", "seeds:").replace("also: SGDs", "also: [8]")
    found = project(mini, text, terms)
    put(found, "averages.noise")
    assert "<abbr" not in render(found)


def test_a_page_may_define_its_own_abbreviation(mini):
    html = without_tips(render(project(mini, "# Try\n\nThe WWW, once more WWW.\n\n*[WWW]: World Wide Web\n")))
    assert '<span class="cn-term" tabindex="0"><abbr class="cn-abbr">WWW</abbr></span>' in html
    assert '<abbr class="cn-abbr" title="World Wide Web">WWW</abbr>' in html


def test_what_an_abbreviation_gives_nests_no_links_in_a_claim(mini):
    html = render(project(mini, "# Try\n\n[SGD averages](claim:averages.less_noisy)\n"))
    assert "<abbr" not in html


# ---------------------------------------------------------------- the list, and what is not listed
def test_the_glossary_is_alphabetical_with_pages_and_what_else_to_see(mini):
    text = index.page(project(mini))
    names = re.findall(r"^### (\S.*?) \{ #(\S+) \}$", text, re.MULTILINE)
    assert names == [("learning rate", "learning-rate"), ("logit", "logit"), ("SGD", "sgd"), ("softmax", "softmax")]
    assert re.findall(r"^## (.) ", text, re.MULTILINE) == ["L", "S"]
    assert "\n[L](#letter-l) [S](#letter-s)\n" in text, "a way to each letter"
    assert "See also [softmax](#softmax)." in text and "](../concepts/averages.md)." in text and "Also: logits." in text
    assert "*stochastic gradient descent*" in text
    site = whole(project(mini, "# Try\n\n[x](term:softmax) of SGD\n"))
    html = (site / "reference" / "glossary" / "index.html").read_text(encoding="utf-8")
    assert '<h3 id="logit">' in html and 'href="#softmax"' in html
    assert 'href="../../reference/glossary/#softmax"' in (site / "concepts/try/index.html").read_text(encoding="utf-8")


def test_a_term_of_an_unlisted_page_is_nowhere_on_listed_ones(mini):
    write(mini.docs / "concepts" / "later.md", "---\nvisibility: unlisted\n---\n# Later\n\n[x](term:sgd), an SGD.\n")
    terms = GLOSSARY.replace("  also: SGDs", "  page: concepts/later.md")
    found = project(mini, "# Try\n\nHere is SGD.\n", terms)
    assert "SGD" not in index.page(found)
    assert "<abbr" not in render(found)
    later = without_tips(render(found, "concepts/later.md"))
    assert '<a class="cn-term" href="../../concepts/later/">x</a>' in later and "glossary" not in later
    assert "<abbr" in later
    assert said(mini, "# Try\n\n[SGD](term:SGD)\n", terms) == [
        "try.md:3 concepts/try.md is listed, and names the term SGD, whose page is not"
        " | remove the link until then, or unlist this page too"
    ]


def test_a_listed_term_does_not_name_one_that_is_not(mini):
    write(mini.docs / "concepts" / "later.md", "---\nvisibility: unlisted\n---\n# Later\n")
    terms = GLOSSARY.rstrip() + "\n  page: concepts/later.md\n"
    assert said(mini, terms=terms) == [
        "glossary.yml:2 logit is listed, and its text names softmax, whose page is not | remove the link until then"
    ]
    assert "See also" not in index.page(project(mini, terms=terms))


def test_a_page_is_rendered_anew_when_a_term_changes_or_is_released(mini):
    def key(terms: str, head: str = "") -> str:
        write(mini.docs / "concepts" / "later.md", head + "# Later\n")
        found = project(mini, "# Try\n", terms)
        for path in mini.looked_up:
            if path.is_file():
                os.utime(path, (1e9, 1e9))
        return Rendered(found, []).key("concepts/try.md", "concepts/try/", "# Try\n")

    unlisted = "---\nvisibility: unlisted\n---\n"
    terms = GLOSSARY.replace("also: SGDs", "page: concepts/later.md")
    assert key(GLOSSARY) == key(GLOSSARY, unlisted)
    assert key(GLOSSARY) != key(GLOSSARY.replace("few", "handful of"))
    assert key(terms) != key(terms, unlisted)


@pytest.mark.parametrize("name", ["Learning rate", "learning_rate", "LEARNING-RATE", " learning  rate "])
def test_a_term_has_one_address(name):
    assert glossary.slug(name) == "learning-rate"
