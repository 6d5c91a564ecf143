"""A page at each old address: it leads on, is not to be found, and takes no page's place."""

from __future__ import annotations

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.site.files import redirects
from tests.engine.rendering import opened_at, write


def written(mini, tmp_path, was: str, address: str = "", name: str = "concepts/new.md"):
    write(mini.docs / name, f'---\ntitle: New & "old"\nwas: {was}\n---\n')
    folder = tmp_path / "out"
    redirects.write(opened_at(mini), folder, address)
    return folder


@pytest.mark.parametrize(
    ("was", "file", "to", "root"),
    [
        ("concepts/old.md", "concepts/old/index.html", "../new/", "../../"),
        ("old.md", "old/index.html", "../concepts/new/", "../"),
        ("lessons/x/index.md", "lessons/x/index.html", "../../concepts/new/", "../../"),
        ("a/b/c/d.ipynb", "a/b/c/d/index.html", "../../../../concepts/new/", "../../../../"),
    ],
)
def test_it_leads_to_the_new_address_from_wherever_it_lies(mini, tmp_path, was, file, to, root):
    text = (written(mini, tmp_path, f"[{was}]") / file).read_text()
    assert f'content="0; url={to}"' in text and f'<a href="{to}">New &amp; &quot;old&quot;</a>' in text
    assert f'<script src="{root}assets/scripts/moved.js" data-to="{to}"></script>' in text
    assert f'<link rel="canonical" href="{to}">' in text
    assert '<meta name="robots" content="noindex">' in text


def test_the_canonical_address_is_whole_where_the_sites_is_known(mini, tmp_path):
    folder = written(mini, tmp_path, "[concepts/old.md]", "https://notes.example.org/a/")
    text = (folder / "concepts/old/index.html").read_text()
    assert '<link rel="canonical" href="https://notes.example.org/a/concepts/new/">' in text


def test_the_evidence_of_an_experiment_is_found_under_its_old_name(mini, tmp_path):
    head = "---\ntitle: Averages\nrenamed:\n  experiment:old: noise\n  experiment:fits: straight_line.fit\n---\n"
    write(mini.docs / "concepts/averages.md", head)
    redirects.write(opened_at(mini), tmp_path, "")
    for old, new in {"averages.old": "averages.noise", "averages.fits": "straight_line.fit"}.items():
        text = (tmp_path / f"evidence/{old}/index.html").read_text()
        assert f'data-to="../{new}/"' in text and f'<a href="../{new}/">Evidence: {new}</a>' in text


def test_the_home_page_may_be_the_new_one(mini, tmp_path):
    folder = written(mini, tmp_path, "[start.md]", name="index.md")
    assert 'url=../"' in (folder / "start/index.html").read_text()


def test_a_generated_page_is_not_written_over(mini, tmp_path):
    write(tmp_path / "out/evidence/claims/index.html", "the board")
    with pytest.raises(CoursenotesError) as error:
        written(mini, tmp_path, "[evidence/claims.md, concepts/old.md]")
    (problem,) = error.value.problems
    assert "generated: evidence/claims/" in problem.what and problem.line == 3
    assert (tmp_path / "out/evidence/claims/index.html").read_text() == "the board"
    assert (tmp_path / "out/concepts/old/index.html").is_file()
