"""What is new, for people."""

import re
from datetime import date

import pytest

from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site import releases
from coursenotes.site.evidence import pages as evidence_pages
from coursenotes.site.reference import news
from coursenotes.site.releases import Snapshot
from tests.engine.rendering import opened_at, render, texts, write

CLAIM = "straight_line.finds_the_slope"


def html(project, name="reference/news.md"):
    text = news.page(project) if name == "reference/news.md" else texts(evidence_pages(project))[name]
    return render(project, name, re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


@pytest.fixture
def project(mini):
    """One release, after which a page was added, one changed, one removed, and a claim's sentence rewritten."""
    project = opened_at(mini)
    now = releases.take(project)
    pages = {
        "index.md": now.pages["index.md"], "concepts/gone.md": {"title": "Gone <by>", "text": "1"},
        "concepts/straight_line.md": {"title": "Lines", "text": "1"},
    }  # fmt: skip
    claims = {**now.claims, CLAIM: {**now.claims[CLAIM], "sentence": "1"}, "old.claim": now.claims[CLAIM]}
    write(mini.releases / "1.json", releases.write(Snapshot("1", date(2026, 1, 2), pages, claims)))
    return Project(discover(mini))


def test_before_the_first_release_it_says_so(mini):
    assert "There is no release yet." in html(opened_at(mini))


def test_at_the_top_what_is_not_yet_released(project):
    page = html(project)
    top, _, release = page.partition('<h2 id="1">1</h2>')
    assert "Since 1 of 2 January 2026." in top
    lists = dict(re.findall(r"<h3[^>]*>(.*?)</h3>\s*<ul>(.*?)</ul>", top, re.DOTALL))
    assert lists["New notes"] == '<li><a href="../../concepts/averages/">Averages</a></li>'
    assert lists["Changed notes"] == (
        '<li><a href="../../concepts/straight_line/">A straight line</a> '
        '<span class="cn-aside">was called “Lines”</span></li>'
    )
    assert lists["Gone"] == "<li>Gone &lt;by&gt;</li>"
    assert f'href="../../evidence/straight_line/#{CLAIM}"' in lists["Claims"] and "worded anew" in lists["Claims"]
    assert '<code>old.claim</code> <span class="cn-aside">gone</span>' in lists["Claims"]
    assert "2 January 2026: 3 pages, 5 claims." in release and "Lines" in release


def test_where_nothing_changed_it_says_so(mini):
    project = opened_at(mini)
    write(mini.releases / "1.json", releases.write(releases.take(project, "1")))
    fresh = Project(discover(mini))
    assert "No note and no claim has changed." in html(fresh)
    assert "no claim has changed" in html(fresh, "evidence/claims.md")
    assert "cn-row--changed" not in html(fresh, "evidence/claims.md")


def test_the_board_marks_what_changed_since(project):
    board = html(project, "evidence/claims.md")
    assert 'Since <a href="../../reference/news/">1</a> of 2 January 2026: 1 gone, 1 worded anew.' in board
    assert '<li><code>old.claim</code> <span class="cn-aside">gone</span></li>' in board
    assert f'<li><a href="#{CLAIM}">' in board
    row = re.search(rf'<tbody class="[^"]* cn-row--changed" [^>]*id="{CLAIM}">(.*?)</tbody>', board, re.DOTALL)[1]
    assert '<small class="cn-changed">worded anew</small>' in row
    assert board.count("cn-row--changed") == 1 and '<option value="changed">' in board


def test_nothing_of_a_page_that_is_not_listed(project):
    path = project.paths.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    fresh = Project(discover(project.paths))
    for name in ("reference/news.md", "evidence/claims.md"):
        assert "straight" not in html(fresh, name) and "Lines" not in html(fresh, name)
