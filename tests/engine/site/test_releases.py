"""Releases: what is noted in one, when none can be taken, and what changed from one to the next."""

import json
import os
from dataclasses import replace
from datetime import date

import pytest

from coursenotes.build import check
from coursenotes.cache.memo import Memo
from coursenotes.claims import verdicts
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.project import Project
from coursenotes.site import history, releases
from coursenotes.site.history import Change
from coursenotes.site.releases import Snapshot
from tests.engine.rendering import opened_at, put, write

CLAIM, ANY, EXACT = "straight_line.finds_the_slope", "straight_line.any_rate", "averages.is_the_mean"
PAGE = {"title": "A", "text": "1"}


@pytest.fixture
def project(mini, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")  # 18 November 2026
    return judged(opened_at(mini, "straight_line.fit", "averages.noise"))


def judged(project, status="supported", effect=-0.05012345):
    """The project with this verdict on every claim."""
    for claim in project.catalog.claims:
        for scale in verdicts.scales(project.plan, claim):
            found = verdicts.blank(project.plan, claim, scale, status)
            found.comparisons = [{"claimed": "", "effect": effect, "spread": 0.01, "accepted": None}]
            verdicts.save(project.plan, found)
    return project


def again(project):
    """The project as it is read next time, with results."""
    fresh = Project(discover(project.paths))
    for experiment in fresh.catalog.experiments:
        put(fresh, experiment)
    return judged(fresh)


def test_a_release_is_one_line_a_page_and_one_a_claim(project):
    path = releases.save(project, "2026.11")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert ' "date": "2026-11-18",' in lines and ' "name": "2026.11",' in lines
    pages = [line for line in lines if line.startswith('  "') and ".md" in line]
    claims = [line for line in lines if line.startswith('  "') and ".md" not in line]
    assert next(json.loads(f"{{{line.rstrip(',')}}}") for line in pages).keys() == {"concepts/averages.md"}
    assert len(pages) == len(project.catalog.pages) and len(claims) == len(project.catalog.claims)
    assert pages == sorted(pages) and claims == sorted(claims)
    (line,) = [line for line in claims if CLAIM in line]
    assert '"sample": ["supported", [-0.05012, 0.01]]' in line
    (read,) = releases.load(project.paths)
    assert read == releases.take(project, "2026.11") and read.day == date(2026, 11, 18)


def test_what_is_not_listed_is_in_no_release(project):
    path = project.paths.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    text = releases.write(releases.take(again(project), "x"))
    assert "straight" not in text and "averages.less_noisy" in text


@pytest.mark.parametrize("name", ["", "a b", "../x", ".hidden", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(project, name):
    with pytest.raises(CoursenotesError, match="is not a name for a release"):
        releases.save(project, name)


def test_a_name_is_given_once(project):
    releases.save(project, "2026.11")
    with pytest.raises(CoursenotesError, match=r"(?s)was taken already.*2026.11 of 2026-11-18"):
        releases.save(project, "2026.11")


def test_a_release_before_the_last_one_is_refused(project, monkeypatch):
    releases.save(project, "2026.11")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    with pytest.raises(CoursenotesError, match=r"the last release, 2026\.11, is of 2026-11-18, after today"):
        releases.save(again(project), "early")


def refused(project):
    """What a release is refused for, in words: of each claim its problem."""
    with pytest.raises(CoursenotesError) as caught:
        releases.save(project, "x")
    assert not project.paths.releases.exists()
    return [str(problem) for problem in caught.value.problems]


def test_every_verdict_that_is_missing_or_bad_is_named(mini):
    project = opened_at(mini, "straight_line.fit")
    verdicts.save(
        project.plan, verdicts.blank(project.plan, CLAIM, "sample", "contradicted", error="it rests on noise")
    )
    verdicts.save(project.plan, verdicts.blank(project.plan, ANY, "sample", "unaccepted", error="too little room"))
    verdicts.save(project.plan, verdicts.blank(project.plan, EXACT, "exact", "contradicted"))
    words = refused(project)
    assert len(words) == len(project.catalog.claims)
    for said, why, fix in (
        (f"the claim {CLAIM} is contradicted here at sample scale", "it rests on noise", "and nox -s replicate"),
        (f"the claim {ANY} is not accepted yet at sample scale", "too little room", "fix: nox -s replicate"),
        (f"the claim {EXACT} is contradicted here\n", "", "correct the claim or its code"),
        ("averages.less_noisy is not checked at sample scale", "missing", "coursenotes build"),
    ):
        assert any(said in w and why in w and fix in w for w in words), said


def test_what_was_not_accepted_at_full_scale_stands_in_a_release(mini):
    """Its replication takes hours on a GPU; a contradiction there is refused as any other."""
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    project = opened_at(mini, "straight_line.fit", "averages.noise")
    put(project, "straight_line.fit", "full")
    judged(project)
    verdicts.save(project.plan, verdicts.blank(project.plan, CLAIM, "full", "contradicted"))
    (said,) = refused(project)
    assert f"the claim {CLAIM} is contradicted here at full scale" in said
    verdicts.save(project.plan, verdicts.blank(project.plan, CLAIM, "full", "unaccepted"))
    releases.save(project, "x")
    assert releases.load(mini)[0].claims[CLAIM]["full"] == ["unaccepted"]


def test_two_machines_take_the_same_release(project):
    """Here and elsewhere: what was accepted is noted, not what a machine's own seeds come to."""
    record = {"accepted": True, "comparisons": [{"mean": -0.329435, "sd": 0.0368232}]}
    taken = []
    for status, effect in (("supported", -0.31), ("within", -0.05)):
        found = verdicts.blank(project.plan, CLAIM, "sample", status)
        found.comparisons = [{"claimed": "", "effect": effect, "spread": 0.02}]
        found.record = record
        verdicts.save(project.plan, found)
        taken.append(releases.take(project, "x"))
    assert releases.write(taken[0]) == releases.write(taken[1])
    assert taken[0].claims[CLAIM]["sample"] == ["supported", [-0.3294, 0.03682]]
    assert not history.of_claims(*taken)


def test_a_release_of_earlier_versions_can_be_read(mini):
    write(
        mini.releases / "a.json",
        '{"name": "a", "date": "2026-11-18", "pages": {}, "claims": '
        '{"x": {"sentence": "1", "sample": ["failed", [1.0, 0.1]], "full": ["unchecked"]}}}',
    )
    (read,) = releases.load(mini)
    assert read.claims["x"] == {"sentence": "1", "sample": ["contradicted", [1.0, 0.1]], "full": ["unchecked"]}


def test_a_claim_that_is_not_listed_need_not_be_checked(project):
    path = project.paths.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    fresh = Project(discover(project.paths))
    for path in Memo(project.paths, verdicts.KIND).folder.rglob("*"):
        if path.is_file() and CLAIM in path.read_text(encoding="utf-8"):
            path.unlink()
    assert verdicts.best(fresh.plan, CLAIM)[0].status == "unchecked"
    assert releases.save(fresh, "x").is_file()


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"name": "b"}', '{"name": "a", "date": "2026-13-01", "pages": {}, "claims": {}}',
     '{"name": "a", "date": "2026-11-18", "pages": {"x": {}}, "claims": {}}',
     '{"name": "a", "date": "2026-11-18", "pages": {}, "claims": {"x": {"sentence": "1", "full": ["great"]}}}'],
)  # fmt: skip
def test_a_file_that_is_none_is_a_problem_of_the_check(mini, text):
    project = opened_at(mini)
    write(mini.releases / "a.json", text)
    found = [str(problem) for problem in check.static(project)]
    assert [p for p in found if "a.json" in p and "not a release" in p], found


def test_releases_are_in_the_order_of_their_days(mini):
    for name, day in (("b", "2026-01-01"), ("a", "2026-02-01"), ("c", "2025-01-01")):
        write(mini.releases / f"{name}.json", releases.write(Snapshot(name, date.fromisoformat(day))))
    assert [release.name for release in releases.load(mini)] == ["c", "b", "a"]


# ---------------------------------------------------------------- comparing
def snapshot(pages=None, claims=None, name="x"):
    return Snapshot(name, date(2026, 11, 18), pages or {}, claims or {})


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ({}, {"a.md": PAGE}, {"a.md": [Change("new")]}),
        ({"a.md": PAGE}, {}, {"a.md": [Change("gone")]}),
        ({"a.md": PAGE}, {"a.md": PAGE}, {}),
        ({"a.md": PAGE}, {"a.md": {**PAGE, "text": "2"}}, {"a.md": [Change("text")]}),
        ({"a.md": PAGE}, {"a.md": {**PAGE, "title": "B"}}, {"a.md": [Change("title", "", "A", "B")]}),
        ({"old.md": PAGE}, {"a.md": PAGE}, {"a.md": [Change("renamed", "", "old.md", "a.md")]}),
    ],
)
def test_what_changed_of_a_page(then, now, found):
    assert history.of_pages(snapshot(then), snapshot(now), {"old.md": "a.md"}) == found


def claim(status="supported", *effects, sentence="1", scale="sample"):
    return {"sentence": sentence, scale: [status, *effects]}


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        (None, claim(), [Change("new")]),
        (claim(), None, [Change("gone")]),
        (claim(), claim(), []),
        (claim(), claim(sentence="2"), [Change("sentence")]),
        (claim(), claim("refuted"), [Change("verdict", "sample", "supported", "refuted")]),
        (claim(), {**claim(), "full": ["supported"]}, [Change("verdict", "full", "", "supported")]),
        ({**claim(), "full": ["supported"]}, claim(), [Change("verdict", "full", "supported", "")]),
        (claim("supported", [1.0, 0.1]), claim("supported", [1.05, 0.01]), []),
        (claim("supported", [1.0, 0.1]), claim("supported", [1.11, 0.1]), [Change("effect", "sample", 1.0, 1.11)]),
        (claim("supported", [1.0, 0.01]), claim("supported", [1.05, 0.1]), []),
        (claim("supported", [1.0, None]), claim("supported", [1.005, None]), []),
        (claim("supported", [1.0, None]), claim("supported", [1.05, None]), [Change("effect", "sample", 1.0, 1.05)]),
        (claim("supported", [0.0, None]), claim("supported", [0.0, None]), []),
        (claim("supported", [None, None]), claim("supported", [1.0, 9.0]), [Change("effect", "sample", None, 1.0)]),
    ],
)
def test_what_changed_of_a_claim(then, now, found):
    before, after = (snapshot(claims={"a.b": each} if each else {}) for each in (then, now))
    assert history.of_claims(before, after).get("a.b", []) == found


def test_a_renamed_claim_is_neither_new_nor_gone():
    then, now = snapshot(claims={"a.old": claim()}), snapshot(claims={"b.new": claim(sentence="2")})
    names = {"a.old": "b.new"}
    assert history.of_claims(then, now, names) == {
        "b.new": [Change("renamed", "", "a.old", "b.new"), Change("sentence")]
    }
    assert not history.of_claims(then, then, names)


def test_history_tells_of_what_is_listed_and_by_the_names_of_today(project):
    paths = project.paths
    releases.save(project, "1")
    text = (paths.docs / "concepts/averages.md").read_text()
    (paths.docs / "concepts/averages.md").unlink()
    write(
        paths.docs / "concepts/means.md", text.replace("title: Averages", "title: Means\nwas: [concepts/averages.md]")
    )
    path = paths.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", "visibility: unlisted\ntitle:"))
    now, first = history.steps(again(project))
    assert [change.kind for change in now.pages["concepts/means.md"]] == ["title", "renamed"]
    assert set(now.pages) == {"concepts/means.md"} and not now.claims  # nothing of what was taken back
    assert first.before is None and "concepts/straight_line.md" not in first.pages and CLAIM not in first.claims
    assert first.names["concepts/means.md"] == "concepts/averages.md" and first.title("concepts/means.md") == "Averages"


def test_a_page_that_names_one_that_there_still_is_was_not_renamed(project):
    releases.save(project, "1")
    path = project.paths.docs / "index.md"
    text = path.read_text()
    head = "" if text.startswith("---\n") else "---\ntitle: Home\n---\n"
    path.write_text((head + text).replace("title:", "was: [concepts/averages.md]\ntitle:", 1))
    averages = project.paths.docs / "concepts/averages.md"
    averages.write_text(averages.read_text() + "\nMore.\n")
    now = history.steps(again(project))[0]
    assert now.pages["concepts/averages.md"] == [Change("text")]


def test_a_page_that_is_gone_keeps_its_title(project):
    releases.save(project, "1")
    path = project.paths.docs / "concepts/averages.md"
    path.unlink()
    now = history.steps(again(project))[0]
    assert now.notes("gone") == ["concepts/averages.md"] and now.title("concepts/averages.md") == "Averages"


def test_pages_for_contributors_and_index_pages_are_no_news():
    pages = {key: [Change("new")] for key in ("contribute/a.md", "concepts/index.md", "index.md", "concepts/b.md")}
    step = history.Step(None, snapshot(), pages, {})
    assert step.notes("new") == ["concepts/b.md"] and step.notes("gone") == []


def test_the_day_that_counts_is_that_of_the_build(project):
    assert os.environ["SOURCE_DATE_EPOCH"] and replace(releases.take(project), name="x").day == date(2026, 11, 18)
