"""What a note says beside its sentences, in a browser: notes, pictures, terms, works, dated values, formulas."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from coursenotes.paths import Paths
from coursenotes.site.files import offline
from tests.conftest import MINI
from tests.engine.rendering import opened_at, whole, write
from tests.site.conftest import serving

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="900" height="300"/></svg>"""
GLOSSARY = """
logit:
  text: What a network gives before softmax, for $z_i$.
SGD:
  stands_for: stochastic gradient descent
  text: A step on a few examples.
"""
BIB = """@article{srivastava2014, author = {Srivastava, Nitish and Hinton, Geoffrey}, title = {Dropout},
  journal = {JMLR}, year = 2014, url = {https://jmlr.org/papers/v15/srivastava14a.html}}
"""
PAGE = r"""# Try

Its [logits](term:logit) come from SGD [@srivastava2014], which [486](dated:2022-07-21) papers cite[^list].
Once more[^code] and again[^list]: \(x^2\) and $y_1$.

![A black box](box.svg "A black box, by *hand*, with $x$ and SGD [@srivastava2014]. [Credit](https://example.org)")

$$
\begin{aligned}
a &= b + c \\
  &= d
\end{aligned}
$$

\[ g \]

\begin{align}
e &= f
\end{align}

[^code]: A note of its own:

        SGD = 1

[^list]: A note with

    - a list, and
    - `code`.
"""


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """(the address of a page with all of it, the folder of its site)."""
    folder = tmp_path_factory.mktemp("reading") / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    paths = Paths(folder)
    write(paths.glossary, GLOSSARY)
    write(paths.literature, BIB)
    write(paths.docs / "concepts" / "box.svg", PICTURE)
    site = whole(opened_at(paths, "averages.noise", page=PAGE))
    with serving(site) as address:
        yield address + "concepts/try/", site


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_refused_and_all_can_be_read(browser, read, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda m: m.type in ("error", "warning") and said.append(m.text))
    page.goto(read[0])
    assert page.locator("math").count() == 7 and page.locator(".temml-error").count() == 0
    assert page.locator(".cn-picture img").evaluate("e => e.complete && e.naturalWidth") == 900
    caption = page.locator(".cn-picture figcaption")
    assert caption.locator("em").inner_text() == "hand" and caption.locator("a[href^=https]").inner_text() == "Credit"
    assert caption.locator("abbr").count() == 0 and caption.locator(".cn-cite").count() == 1
    assert page.evaluate(f"({PROBE}).dim()") == [] and page.evaluate(f"({PROBE}).wide()") == []
    assert said == []
    context.close()


@pytest.mark.parametrize(
    ("name", "says", "leads_to"),
    [
        ("cn-term", "What a network gives before softmax", r"/reference/glossary/#logit$"),
        (
            "cn-cite",
            "Nitish Srivastava and Geoffrey Hinton: Dropout. JMLR, 2014.",
            r"/concepts/try/#bib-srivastava2014$",
        ),
        ("cn-dated", "as of 21 July 2022", r"/reference/dated/#concepts-try-1$"),
    ],
)
def test_a_tip_shows_to_pointers_and_fingers_and_its_link_leads_on(tab, read, name, says, leads_to):
    page = tab(read[0])
    link = page.locator(f"a.{name}").first
    link.hover()
    assert says in link.locator(".cn-tip").inner_text()
    assert page.evaluate(f"({PROBE}).dim('.cn-tip:popover-open')") == []
    phone = tab(read[0], width=390, touch=True)
    link = phone.locator(f"a.{name}").first
    link.tap()
    assert link.locator(".cn-tip").is_visible() and phone.url == read[0]
    link.tap()
    phone.wait_for_url(re.compile(leads_to))
    assert phone.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null")


def test_an_abbreviation_says_what_it_stands_for(tab, read):
    page = tab(read[0])
    link = page.locator("a.cn-term:has(abbr)").first
    link.hover()
    assert link.locator(".cn-tip").inner_text().splitlines()[0] == "SGD: stochastic gradient descent"


def test_a_note_shows_on_its_number(tab, read):
    page = tab(read[0])
    number = page.locator("a.footnote-ref").first
    assert number.inner_text() == "1", "in the order of the text, whatever that of the notes"
    number.hover()
    tip = page.locator(".md-tooltip2--active, .md-tooltip2").filter(has_text="a list, and")
    tip.wait_for(state="visible", timeout=3000)
    assert tip.locator("li code").inner_text() == "code"


def test_a_note_with_several_references_leads_back_to_each(read):
    html = (read[1] / "concepts/try/index.html").read_text(encoding="utf-8")
    assert len(re.findall(r'href="#fn:list"', html)) == 2
    for place in re.findall(r'class="footnote-backref" href="#([^"]+)"', html):
        assert f'id="{place}"' in html
    assert len(re.findall(r'class="footnote-backref"', html)) == 3


def test_search_finds_a_term_and_not_what_tips_say(read):
    index = json.loads((read[1] / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    assert any(doc["location"].endswith("reference/glossary/#logit") for doc in index)
    text = "".join(doc["text"] for doc in index if doc["location"].startswith("concepts/try/"))
    assert "logits" in text and "as of" not in text and "few examples" not in text


def test_what_only_an_unlisted_page_names_is_on_no_other_page(mini):
    """A term whose page it is, a work that only it cites, and a dated value: none is in a list, in search, in a tip."""
    write(mini.docs / "concepts" / "later.md", """---
visibility: unlisted
---
# Later

A [zyx](term:zyx) [@zyx2020] cost [77](dated:2022-07-21) zyxes, and ZYXes.
""")  # fmt: skip
    write(
        mini.glossary, GLOSSARY + "zyx:\n  text: A zyx.\n  page: concepts/later.md\n  stands_for: zyx\n  also: ZYXes\n"
    )
    write(mini.literature, BIB + "@misc{zyx2020, author = {Zyx}, title = {Zyx}, year = 2020}\n")
    write(mini.docs / "concepts" / "box.svg", PICTURE)
    project = opened_at(mini, page=PAGE + "\nTwo ZYXes.\n")
    assert not [str(p) for p in project.knowledge.problems()]
    site = whole(project, "https://notes.example.org/a/")
    files = [path for path in site.rglob("*") if path.is_file() and path.name != offline.FILE]
    counts = {path.relative_to(site).as_posix(): path.read_bytes().lower().count(b"zyx") for path in files}
    found = {name: count for name, count in counts.items() if count and name != "concepts/later/index.html"}
    own = {"concepts/try/index.html": 1, "search/search_index.json": 1, "assets/previews.json": 1}
    assert found == own, "more than the listed page's own word, without an explanation"
    with zipfile.ZipFile(site / offline.FILE) as packed:
        named = {name.partition("/")[2] for name in packed.namelist() if b"zyx" in packed.read(name).lower()}
    assert named == own.keys()


def test_the_real_site_has_its_terms_works_and_dated_values(site):
    lists = {name: (site / "reference" / name / "index.html").read_text(encoding="utf-8") for name in
             ("glossary", "literature", "dated")}  # fmt: skip
    assert 'id="softmax"' in lists["glossary"] and 'id="bib-smith2017"' in lists["literature"]
    assert re.search(r"486</span>.*21&nbsp;July&nbsp;2022", lists["dated"]) and lists["dated"].count(">2.8.12<") == 2
    note = (site / "concepts" / "learning_rate_finder" / "index.html").read_text(encoding="utf-8")
    assert 'href="#bib-smith2017"' in note and 'class="cn-dated"' in note
