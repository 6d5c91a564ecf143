"""What is checked with results: a check that finds none of them says so, since it would find nothing wrong."""

import shutil

from coursenotes.build import check
from coursenotes.project import load
from tests.engine.rendering import EXPERIMENTS, put

WHAT = "no results of {} at sample scale: its numbers cannot be checked"


def said(project) -> list[str]:
    """What both checks say of results that are not there; each says it once, and the same."""
    found = [str(p) for p in check.after_training(project) if "results" in p.what]
    assert found == [str(p) for p in check.prose(project) if "results" in p.what]
    return found


def trained(mini, *names: str):
    project = load(mini)
    for name in names:
        put(project, name)
    return load(mini)


def test_each_experiment_without_results_is_told_once_where_a_page_first_asks_for_it(mini):
    found = check.prose(load(mini))
    assert [(p.what, p.path, p.line, p.fix) for p in found] == [
        (WHAT.format("averages.noise"), mini.concept("averages"), 9, "coursenotes build"),
        (WHAT.format("straight_line.fit"), mini.concept("straight_line"), 9, "coursenotes build"),
        (WHAT.format("straight_line.start"), mini.concept("straight_line"), 11, "coursenotes build"),
    ]
    assert len(said(load(mini))) == 3 and said(trained(mini, *EXPERIMENTS)) == []


def test_one_job_that_was_not_run_is_enough(mini):
    project = trained(mini, *EXPERIMENTS)
    shutil.rmtree(project.plan.store.folder(project.plan.jobs("straight_line.start", "sample")[0].key))
    (problem,) = said(load(mini))
    assert WHAT.format("straight_line.start") in problem


def test_what_a_claim_alone_asks_for_is_told_where_the_claim_stands(mini):
    path = mini.concept("straight_line")
    asks = [line for line in path.read_text().split("\n") if "figure:" not in line and "measured:" not in line]
    path.write_text("\n".join(line for line in asks if "table:" not in line))
    (line,) = [n for n, text in enumerate(path.read_text().split("\n"), 1) if "claim:straight_line.finds" in text]
    problems = {p.what: p for p in check.prose(load(mini))}
    assert problems[WHAT.format("straight_line.fit")].line == line
    path.write_text("# A line\n")  # nor there: the check of names tells that, and this one where it is declared
    problems = {p.what: p for p in check.prose(load(mini))}
    assert problems[WHAT.format("straight_line.fit")].path == mini.snippet("straight_line")


def test_full_scale_may_never_have_been_run(mini):
    data = mini.snippets / "datasets" / "points.py"
    data.write_text(data.read_text().replace("sample=sample, ", "sample=sample, full=lambda folder: sample(), "))
    page = mini.concept("straight_line")
    page.write_text(page.read_text() + "\nIt is [2](measured:straight_line.fit.slope?rate=0.5&scale=full) at full.\n")
    project = trained(mini, *EXPERIMENTS)
    assert "full" in project.plan.experiment("straight_line.fit").scales
    assert project.plan.results("straight_line.fit", "full") is None and said(project) == []
    assert check.prose(project) == []
