"""What is covered, and what is wanted: on the mini site, where every number is known."""

import re

from coursenotes.claims import verdicts
from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site import reference
from coursenotes.site.reference import coverage
from tests.engine.rendering import COURSES, opened_at, put, whole, write

WANTED = """
momentum:
  title: Momentum
  what: Why does a step that remembers the last ones arrive sooner?
  lectures: ["dl2022/9@0:10:00"]
  size: small
big_thing:
  title: A big thing
  what: How big?
  size: large
"""
NOTE = """---
title: Try
lectures: ["dl2022/8@0:20:00"]
---
# Try

!!! erratum "Nine, not six"
    At [0:20:00].
"""
SECTION = "---\ntitle: Reference\nlists: section\n---\n# Reference\n"
LESSON = "---\ntitle: Lesson 8\nlectures: [dl2022/8]\n---\n# Lesson 8\n"


def made(mini, files: dict[str, str], courses: str = COURSES, run: bool = False) -> Project:
    """The mini site with more pages."""
    opened_at(mini)
    write(mini.courses, courses)
    write(mini.wanted, WANTED)
    for name, text in files.items():
        write(mini.docs / name, text)
    project = Project(discover(mini))
    for experiment in project.catalog.experiments if run else ():
        put(project, experiment)
    return project


def row(text: str, lecture: str) -> str:
    """The row of the table that a lecture has."""
    return next((part for part in re.findall(r"<tr>.*?</tr>", text) if f'id="{lecture}"' in part), "")


def test_each_lecture_has_its_page_its_notes_and_what_is_wanted(mini):
    versions = {f"lessons/dl2022/lesson8/{name}.md": "---\nkind: summary\n---\n" for name in ("ana", "ben")}
    text = coverage.page(made(mini, {"concepts/try.md": NOTE, "lessons/dl2022/lesson8.md": LESSON, **versions}))
    eight, nine = row(text, "dl2022-8"), row(text, "dl2022-9")
    assert '<a href="../../lessons/dl2022/lesson8/">Convolutions</a>' in eight
    assert "2 versions" in eight
    assert '<a href="../../concepts/try/">Try</a>' in eight
    assert "momentum" not in eight
    assert '<a href="#wanted-momentum">Momentum</a>' in nine
    assert "lessons/" not in nine
    assert "concepts/" not in nine


def test_a_lecture_with_nothing_is_named_too(mini):
    text = coverage.page(made(mini, {"concepts/try.md": NOTE}, COURSES + "    10:\n      title: Quite bare\n"))
    assert re.search(r'Nothing yet on <span id="dl2022-10">10\.&nbsp;Quite bare</span>', text)
    assert not row(text, "dl2022-10")


def test_many_notes_are_folded_in_the_order_of_the_lecture(mini):
    notes = {
        f"concepts/n{n}.md": f'---\ntitle: Note {n}\nlectures: ["dl2022/8@0:{30 - n}:00"]\n---\n' for n in range(5)
    }
    eight = row(coverage.page(made(mini, notes)), "dl2022-8")
    assert "<summary>5 notes</summary>" in eight
    assert re.findall(r"Note \d", eight) == [f"Note {n}" for n in (4, 3, 2, 1, 0)]


def test_a_second_in_the_text_is_enough_to_treat_a_lecture(mini):
    page = "---\ntitle: Elsewhere\nlectures: [dl2022/8]\n---\nAs told in [dl2022/9@0:01:00].\n"
    assert "concepts/try/" in row(coverage.page(made(mini, {"concepts/try.md": page})), "dl2022-9")


def test_the_counts(mini):
    project = made(mini, {"concepts/try.md": NOTE, "lessons/dl2022/lesson8.md": LESSON}, run=True)
    text = coverage.page(project)
    facts = dict(re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", text))
    assert facts["Lectures"] == "2, of which 1 has a page, and 1 has notes"
    assert facts["Corrections"].endswith(("1", "1</a>"))
    assert facts["Concepts"] == str(
        sum(name.startswith("concepts/") and "index" not in name for name in project.catalog.pages)
    )
    assert "not checked" in facts["Claims"]
    assert "### Claims not checked" in text
    full = [e for e in project.catalog.experiments.values() if "full" in e.scales]
    assert (
        facts["Experiments"]
        == f"{len(project.catalog.experiments)}; 0 of the {len(full)} with a full scale were run at it"
    )
    assert all(f"evidence/{e.id}/" in text.partition("### Experiments never run at full scale")[2] for e in full)


def test_claims_that_wait_for_a_replication_are_listed(mini):
    project = made(mini, {}, run=True)
    verdicts.save(project.plan, verdicts.blank(project.plan, "straight_line.any_rate", "sample", "unaccepted"))
    verdicts.save(project.plan, verdicts.blank(project.plan, "averages.less_noisy", "sample", "within"))
    text = coverage.page(project)
    assert "1 within the spread here, 1 not accepted yet, 2 not checked" in text
    waiting = text.partition("### Claims not accepted yet")[2].partition("###")[0]
    assert re.findall(r"/#([\w.]+)", waiting) == ["straight_line.any_rate"] and "nox -s replicate" in waiting
    unchecked = text.partition("### Claims not checked")[2].partition("###")[0]
    assert re.findall(r"/#([\w.]+)", unchecked) == ["averages.is_the_mean", "straight_line.finds_the_slope"]


def test_a_claim_that_waits_at_full_scale_only_is_not_listed(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    project = made(mini, {}, run=True)
    put(project, "straight_line.fit", "full")
    for scale, status in (("sample", "supported"), ("full", "unaccepted")):
        verdicts.save(project.plan, verdicts.blank(project.plan, "straight_line.any_rate", scale, status))
    assert len(verdicts.best(project.plan, "straight_line.any_rate")) == 2
    text = coverage.page(project)
    assert "1 supported" in text and "### Claims not accepted yet" not in text


def test_what_is_wanted_is_said_with_how_to_begin(mini):
    text = coverage.page(made(mini, {"concepts/try.md": NOTE.replace("---\n#", "state: draft\n---\n#")}))
    first, _, rest = text.partition("### Projects")
    small = first.partition("### A first contribution")[2]
    assert "**Momentum**" in small and "Why does a step" in small
    assert "[dl2022/9, 0:10:00](lecture:dl2022/9@0:10:00)" in small
    assert "`coursenotes new momentum`" in small
    assert "**A big thing**" in rest and "big thing" not in small
    assert '<li>Practical Deep Learning 2022: <a href="#dl2022-8">8</a>, <a href="#dl2022-9">9</a></li>' in rest
    assert '<a href="../../concepts/try/">Try</a>' in rest.partition("### Drafts")[2]


def test_values_past_their_review_are_to_be_looked_up(mini, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")  # a day in November 2026
    old, new = "It has [486](dated:2022-07-21) citations.", "It had [9](dated:2026-07-21) then."
    text = coverage.page(made(mini, {"concepts/try.md": f"---\ntitle: Try\n---\n{old}\n\n{new}\n"}))
    due = text.partition("### Values past their review")[2]
    assert "It has 486 citations." in due and "was due on 21 July 2023" in due
    assert '<a href="../../concepts/try/">Try</a>' in due
    assert "It had 9" not in text


def test_a_topic_goes_once_its_page_is_there(mini):
    there = coverage.page(made(mini, {}))
    gone = coverage.page(made(mini, {"concepts/momentum.md": "---\ntitle: Momentum\n---\n"}))
    assert "wanted-momentum" in there
    assert "wanted-momentum" not in gone
    assert "wanted-big_thing" in gone


def test_what_is_not_listed_is_nowhere(mini):
    hidden = NOTE.replace("title: Try", "title: Hidden\nvisibility: unlisted")
    text = coverage.page(made(mini, {"concepts/hidden.md": hidden, "concepts/try.md": NOTE}))
    assert "idden" not in text
    assert "concepts/try/" in row(text, "dl2022-8")
    courses = COURSES.replace("title: Never filmed", "title: Never filmed\n      release: 2999-01-01")
    text = coverage.page(made(mini, {}, courses))
    assert "Never filmed" not in text and "dl2022-9" not in text
    assert "omentum" not in text, "wanted, but by its lecture only"
    assert "A big thing" in text
    assert "of which 0 have a page" in text and "<dd>1, of" in text


def test_hidden_pages_change_nothing(mini):
    """Drafts, corrections, a lesson and its versions that are not listed: the overview is what it was without them."""
    before = coverage.page(made(mini, {}))
    unlisted = "visibility: unlisted\n"
    hidden = {
        "concepts/hidden.md": NOTE.replace("title: Try\n", f"title: Hidden\nstate: draft\n{unlisted}"),
        "lessons/dl2022/lesson8.md": LESSON.replace("---\ntitle", f"---\n{unlisted}title"),
        "lessons/dl2022/lesson8/ana.md": f"---\nkind: summary\n{unlisted}---\n",
    }
    assert coverage.page(made(mini, hidden)) == before


def test_claims_and_experiments_of_hidden_pages_are_not_counted(mini):
    project = made(mini, {})
    name = "concepts/averages.md"
    text = project.catalog.pages[name].text
    there = coverage.page(project)
    gone = coverage.page(made(mini, {name: text.replace("---\n", "---\nrelease: 2999-01-01\n", 1)}))
    assert "averages.less_noisy" in there and "averages.less_noisy" not in gone
    experiments = [int(re.search(r"<dt>Experiments</dt><dd>(\d+);", page)[1]) for page in (there, gone)]
    assert experiments[0] > experiments[1]


def test_the_page_is_rendered_with_its_links(mini):
    site = whole(
        made(mini, {"concepts/try.md": NOTE, "reference/index.md": SECTION, "contribute/index.md": "# Contribute\n"})
    )
    html = (site / "reference/coverage/index.html").read_text()
    assert re.search(r'<strong id="wanted-momentum">Momentum</strong>', html)
    assert re.search(r'class="cn-time"[^>]*>dl2022/9, 0:10:00', html)
    assert '<a href="../../contribute/">ten minutes</a>' in html
    listed = (site / "reference/index.html").read_text()
    assert "Every lecture with the notes that treat it" in listed, "the section shows the page's first paragraph"


def test_a_section_without_pages_leads_to_what_is_wanted(mini):
    pages = {f"lessons/{name}index.md": SECTION for name in ("", "dl2022/")}
    site = whole(made(mini, {**pages, "lessons/dl2022/lesson8.md": LESSON}))
    assert "Nothing yet" not in (site / "lessons/dl2022/index.html").read_text()
    hidden = LESSON.replace("title:", "visibility: unlisted\ntitle:")
    site = whole(made(mini, {"lessons/dl2022/lesson8.md": hidden}))
    empty = (site / "lessons/dl2022/index.html").read_text()
    assert 'Nothing yet: see <a href="../../reference/coverage/">what is wanted</a>' in empty


def test_generated_pages_stand_in_their_section_in_the_order_that_lists_them(mini, monkeypatch):
    order = {
        f"reference/{name}.md": lambda project, name=name: f"---\ntitle: {name}\n---\n# {name}\n" for name in "zqa"
    }
    monkeypatch.setattr(reference, "PAGES", order)
    site = whole(made(mini, {"reference/index.md": SECTION}))
    listed = (site / "reference/index.html").read_text().partition('class="cn-section"')[2]
    assert re.findall(r'<a href="(\w)/">', listed)[:3] == ["z", "q", "a"]
