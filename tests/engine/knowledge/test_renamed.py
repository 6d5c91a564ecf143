"""Old names of claims and experiments: which are invalid, and where the valid ones lead."""

from __future__ import annotations

import pytest

from coursenotes.knowledge.links import renamed
from tests.engine.rendering import opened_at, write

LINE = "concepts/straight_line.md"


def project(mini, *entries: str, page: str = LINE):
    path = mini.docs / page
    text = path.read_text() if path.is_file() else "---\ntitle: Try\n---\n"
    lines = "".join(f"  {entry}\n" for entry in entries)
    write(path, text.replace("---\n", f"---\nrenamed:\n{lines}", 1))
    return opened_at(mini)


@pytest.mark.parametrize(
    ("entry", "what", "fix"),
    [
        ("claim:old: any_rat", 'no claim "straight_line.any_rat"', "write claim:old: straight_line.any_rate"),
        ("experiment:old: any_rate", 'no experiment "straight_line.any_rate"', None),
        ("claim:any_rate: finds_the_slope", "the claim straight_line.any_rate exists", "remove it"),
        ("old: any_rate", "old is neither a claim nor an experiment", "write claim:old: …"),
        ("figure:old: starts", "figure:old is neither a claim nor an experiment", ""),
    ],
)
def test_what_cannot_be_renamed(mini, entry, what, fix):
    (problem,) = project(mini, "claim:former: any_rate", entry).knowledge.graph.problems()
    assert what in problem.what and (problem.path, problem.line) == (mini.docs / LINE, 4)
    assert fix is None or fix in problem.fix


def test_an_old_name_leads_to_one_new_one_and_stands_where_its_topic_does(mini):
    (problem,) = project(mini, "claim:old: straight_line.any_rate", page="index.md").knowledge.graph.problems()
    assert "index.md is not a concept" in problem.what and problem.line == 2


def test_a_field_that_holds_no_names(mini):
    write(mini.docs / LINE, "---\ntitle: Line\nrenamed: [claim:old]\n---\n")
    found = [p for p in opened_at(mini).knowledge.problems() if "renamed" in p.what]
    assert [p.line for p in found] == [3] and "write renamed: {claim:" in found[0].fix


def test_names_of_today(mini):
    opened = project(mini, "claim:old: any_rate", "claim:mean: averages.is_the_mean", "experiment:fitted: fit")
    assert not list(opened.knowledge.graph.problems())
    assert renamed.names(opened.catalog, "claim") == {
        "straight_line.old": "straight_line.any_rate",
        "straight_line.mean": "averages.is_the_mean",
    }
    assert renamed.names(opened.catalog, "experiment") == {"straight_line.fitted": "straight_line.fit"}


def test_an_invalid_entry_leads_nowhere(mini):
    opened = project(mini, "claim:any_rate: finds_the_slope", "claim:old: no_such_claim", "figure:old: starts")
    assert renamed.names(opened.catalog, "claim") == {} == renamed.names(opened.catalog, "experiment")
