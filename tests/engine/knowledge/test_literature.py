"""Citations: how they are shown on the page and below it, mistakes in the file, and the list of all works."""

from __future__ import annotations

import os
import re

import pytest

from coursenotes.build import check
from coursenotes.knowledge.credit import literature
from coursenotes.site.kept_pages import Rendered
from coursenotes.site.reference import literature as index
from tests.engine.rendering import EXPERIMENTS, opened_at, render, whole, write

BIB = r"""% what the notes rest on
@article{srivastava2014,
  author  = {Srivastava, Nitish and Hinton, Geoffrey and Krizhevsky, Alex},
  title   = {Dropout: A Simple Way to Prevent {Neural} Networks from Overfitting},
  journal = {Journal of Machine Learning Research},
  volume  = 15, number = 56, pages = {1929--1958}, year = 2014,
  url     = {https://jmlr.org/papers/v15/srivastava14a.html}
}

@inproceedings{oord2016,
  author = {A{\"a}ron van den Oord and Nal Kalchbrenner},
  title = {Pixels \& {\"U}bung with $x^2$},
  booktitle = {Proc. of {ICML}},
  year = 2016, eprint = {1601.06759}, archiveprefix = {arXiv}
}

@misc{team2020, author = {{The Team}}, title = {A tool}, year = 2020, doi = {10.1000/a_b}}
"""
PAGE = """# Try

Deleting helps [@srivastava2014, p. 1930; see @oord2016], as the team [-@team2020] says.
And again [@srivastava2014]: `[@nobody2000]` is code, \\[@nobody2001] is not meant, [DL1v5L8@1:02] is a time.
"""


def project(mini, page: str = PAGE, bib: str = BIB, measured: tuple[str, ...] = ()):
    write(mini.literature, bib)
    return opened_at(mini, *measured, page=page)


def said(mini, page: str, bib: str = BIB) -> list[str]:
    """The problems of works and citations, as file:line and the first line of the message."""
    found = check.static(project(mini, page, bib))
    places = [(str(p), p.path and getattr(p.path, "name", ""), p.line) for p in found]
    return [
        f"{name}:{line} {text.splitlines()[0].partition(' ')[2]}" for text, name, line in places if "used" not in text
    ]


def test_a_citation_is_a_link_to_its_entry_with_a_tip(mini):
    html = render(project(mini))
    text = re.sub(r'<span class="cn-tip".*?</span>', "", html)
    words = re.sub(r"<[^>]+>", "", text)
    assert "Deleting helps (Srivastava et al., 2014, p. 1930; see van den Oord and Kalchbrenner, 2016)," in words
    assert "the team (2020) says" in words
    assert '<a class="cn-cite" href="#bib-srivastava2014"' in text.replace('aria-describedby="cn-tip-1" ', "")
    tip = re.search(r'<span class="cn-tip"[^>]*>(.*?)</span>', html)[1]
    assert "Nitish Srivastava, Geoffrey Hinton and Alex Krizhevsky: Dropout: A Simple Way to Prevent Neural" in tip
    assert "Journal of Machine Learning Research 15(56), 1929–1958, 2014." in tip
    assert "[@nobody2000]" in html and "[@nobody2001]" in html


def test_what_a_page_cites_is_listed_once_each_in_the_order_of_the_text(mini):
    html = render(project(mini))
    assert re.findall(r'<li id="(bib-[^"]+)"', html) == ["bib-srivastava2014", "bib-oord2016", "bib-team2020"]
    assert '<h2 id="sources">Sources' in html
    entry = html[html.index('id="bib-oord2016"') :]
    assert (
        'Aäron van den Oord and Nal Kalchbrenner: <a href="https://arxiv.org/abs/1601.06759">Pixels &amp; Übung'
        in entry
    )
    assert '<small class="arithmatex"><math alttext="x^2">' in entry and "Proc. of ICML, 2016." in entry
    assert 'href="https://doi.org/10.1000/a_b"' in html and "The Team: " in html


def test_the_list_is_below_the_pages_own_heading_and_before_its_notes(mini):
    page = "# Try\n\nOne[^1] [@team2020] [@oord2016].\n\n## Sources\n\nThe lecture.\n\n[^1]: Two [@srivastava2014].\n"
    html = render(project(mini, page))
    assert html.count("Sources") == 1
    order = ["Sources", 'id="bib-team2020"', "The lecture.", 'class="footnote"']
    assert [html.index(each) for each in order] == sorted(html.index(each) for each in order)
    assert 'id="bib-srivastava2014"' in html, "cited in a note"


def test_works_of_one_year_get_letters(mini):
    again = BIB + "@misc{team2020more, author = {{The Team}}, title = {Another}, year = 2020}\n"
    page = "# Try\n\n[@team2020more] [@team2020] [@oord2016] [@srivastava2014]\n"
    html = render(project(mini, page, again))
    assert "The Team, 2020b" in html and "The Team, 2020a" in html


def test_an_unknown_key_is_reported_with_the_nearest(mini):
    assert said(mini, PAGE.replace("@oord2016", "@ord2016")) == [
        "literature.bib:10 no page cites oord2016", 'try.md:3 no work "ord2016"',
    ]  # fmt: skip
    problem = next(p for p in check.static(project(mini, PAGE.replace("@oord2016", "@ord2016"))) if "no work" in p.what)
    assert problem.fix == "write [@oord2016]"


def test_a_work_that_a_page_names_among_its_sources_is_used(mini):
    page = "---\nsources: [oord2016]\n---\n" + PAGE.replace("; see @oord2016", "")
    assert said(mini, page) == []
    assert said(mini, page.replace("oord2016", "team2020")) == ["literature.bib:10 no page cites oord2016"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Alex},", "Alex}", "literature.bib:4 not BibTeX: '}' expected"),
        ("@misc{team2020,", "@misc{oord2016,", "literature.bib:17 oord2016 is there twice"),
        ("year = 2016,", "", "literature.bib:10 oord2016 has no year"),
        ("author = {{The Team}},", "", "literature.bib:17 team2020 has no author"),
        ("https://jmlr", "jmlr", "literature.bib:2 the url of srivastava2014 is not a web address: jmlr.org"),
        ("year = 2014,", "year = someday,", "literature.bib:6 not BibTeX: undefined string in line 6: someday"),
    ],
)
def test_mistakes_in_the_file_are_reported_with_their_line(mini, old, new, expected):
    found = said(mini, PAGE, BIB.replace(old, new))
    assert any(each.startswith(expected) for each in found), found
    assert not any(" has no " in each for each in found) or "not BibTeX" not in expected, "said of what was read whole"
    assert not any("no work" in each for each in found), "a file that cannot be read whole may have it"


def test_a_citation_in_a_heading_is_refused(mini):
    assert said(mini, PAGE + "\n## Why [@team2020]\n") == ["try.md:6 a reference in a heading: [@team2020]"]


def test_a_citation_inside_a_link_is_refused(mini):
    found = said(mini, PAGE + "\n[as [@team2020] says](https://example.org)\n")
    assert found == ["try.md:6 a link inside a link: [@team2020]"]


def test_digits_in_a_citation_do_not_look_measured(mini):
    assert not check.prose(project(mini, PAGE + "\n[@team2020, 4.2]\n", measured=EXPERIMENTS))


def test_all_works_are_listed_with_the_pages_that_cite_them_and_their_bibtex(mini):
    text = index.page(project(mini))
    assert "## Srivastava et al., 2014 { #bib-srivastava2014 }" in text
    assert "Cited in [Try](../concepts/try.md)." in text
    assert "    @misc{team2020, author = {{The Team}}, title = {A tool}, year = 2020, doi = {10.1000/a_b}}\n" in text
    site = whole(project(mini))
    html = (site / "reference" / "literature" / "index.html").read_text(encoding="utf-8")
    assert "<summary>BibTeX</summary>" in html and 'id="bib-oord2016"' in html


def test_what_only_an_unlisted_page_cites_is_not_listed(mini):
    write(mini.docs / "concepts" / "later.md", "---\nvisibility: unlisted\n---\n# Later\n\n[@team2020]\n")
    text = index.page(project(mini, PAGE.replace("[-@team2020] ", "")))
    assert "oord2016" in text and "team2020" not in text and "Later" not in text


def test_a_page_is_rendered_anew_when_a_work_changes(mini):
    def key(bib: str) -> str:
        found = project(mini, PAGE, bib)
        for path in (mini.literature, mini.courses):
            os.utime(path, (1e9, 1e9))
        return Rendered(found, []).key("concepts/try.md", "concepts/try/", PAGE)

    assert key(BIB) == key(BIB) != key(BIB.replace("A tool", "A better tool"))


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\"U}ber \& {D}eep", "Über & Deep"),
        (r"Kavukcuoglu \emph{et al.}", "Kavukcuoglu et al."),
        (r"On $\alpha_i$-``networks''", "On $\\alpha_i$-“networks”"),
        ("a\n  b", "a b"),
        ("H\u00f6chst", "H\u00f6chst"),
    ],
)
def test_latex_is_read_as_text(latex, text):
    assert literature.from_latex(latex) == text
