"""All corrections on one page."""

import re

import pytest

from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site.reference import errata
from tests.engine.rendering import opened_at, render, whole, write

LATE = """---
title: Late
lectures: [dl2022/8]
---
# Late

## At the end

!!! erratum "`six` [weights]( ../index.md) [0:51:02]"
    He says six [0:51:02], and later [0:52:00] nine [](claim:averages.less_noisy).
    See [above](#at-the-end) and [the averages](averages.md).
    A third sentence.
    To check: [a paper](https://arxiv.org/abs/1).

!!! correction "Ours"
    Until 2026-11-21 it was [0.5](measured:averages.noise.error?n=1) here.
"""
EARLY = """---
title: Early
lectures: [dl2022/8]
---
!!! refuted "[All of it](claim:straight_line.any_rate) [0:01:00]"
    Two things:
    one.
    two.

!!! erratum "Elsewhere"
    In [lesson 9](lecture:dl2022/9).
    To check: it.
"""


def test_what_a_page_implies_is_written_out_where_it_is_quoted(mini):
    page = mini.concept("averages")
    page.write_text(page.read_text() + '\n!!! erratum "A slip"\n    Six [](claim:less_noisy).\n')
    assert "Six [](claim:averages.less_noisy)" in (errata.page(opened_at(mini)) or "")


@pytest.fixture
def project(mini):
    write(mini.docs / "concepts/zero.md", EARLY)
    return opened_at(mini, "averages.noise", page=LATE, name="concepts/late.md")


def html(project):
    text = errata.page(project)
    return render(project, "reference/errata.md", re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def test_by_lecture_and_in_the_order_of_its_seconds_and_our_own_last(project):
    page = html(project)
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", page) == [
        "Practical Deep Learning 2022, 8: Convolutions", "Practical Deep Learning 2022, 9: Never filmed",
        "Corrections of these notes",
    ]  # fmt: skip
    titles = re.findall(r"<strong>(.*?)</strong>", page)
    assert [re.sub("<[^>]+>", "", title) for title in titles] == ["All of it", "six weights", "Elsewhere", "Ours"]


def test_each_says_when_what_why_and_where(project):
    page = html(project)
    item = page[page.index("six</code>") - 400 :].partition("<li>")[2].partition("</li>")[0]
    assert 'href="https://www.youtube.com/watch?v=htiNBPxcXgo&amp;t=3062s"' in item and ">0:51:02<" in item
    assert item.count("0:51:02") == 1 and ">0:52:00<" in item  # its own second stands in front
    assert 'href="../concepts/late.md#erratum-six-weights"' in item and ">slip<" in item
    assert (
        'href="../concepts/late.md#at-the-end">above' in item and 'href="../concepts/averages.md">the averages' in item
    )
    assert "cn-claim--bare" in item and item.count('cn-sign"') == 1 and "A third sentence" not in item
    assert 'To check: <a href="https://arxiv.org/abs/1">a paper</a>' in item and "On Late, At the end" in item


def test_a_sentence_that_ends_in_a_colon_is_not_left_alone(project):
    page = html(project)
    assert "Two things: one." in page and "Two things: one. two." not in page
    assert "cn-claim--unchecked" in page.partition("All of it")[2].partition("</li>")[0]  # the claim of its title


def test_a_correction_of_ours_has_its_day(project):
    assert "2026-11-21 <strong>" in html(project).partition("Corrections of these notes")[2]


def test_nothing_of_a_page_that_is_not_listed(project):
    path = project.paths.docs / "concepts/late.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    text = errata.page(Project(discover(project.paths)))
    assert "Late" not in text and "late.md" not in text and "Ours" not in text and "All of it" in text


def test_without_any_it_says_so(mini):
    assert "There is none yet." in html(opened_at(mini))


def test_on_the_site_every_title_leads_to_its_place(project):
    path = project.paths.docs / "concepts/late.md"
    path.write_text(path.read_text().replace("( ../index.md)", "(../index.md)"))
    fresh = opened_at(project.paths, "averages.noise")
    site = whole(fresh)
    page = (site / "reference/errata/index.html").read_text(encoding="utf-8")
    links = re.findall(r'<strong><a href="\.\./\.\./([^"#]+)#([^"]+)">', page)
    assert len(links) == 4
    for address, anchor in links:
        assert f'id="{anchor}"' in (site / address / "index.html").read_text(encoding="utf-8")
