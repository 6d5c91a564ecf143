"""What is asked for, what is missing and why, and published results of older code."""

import pytest

from coursenotes.cache.store import write_entry
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.plan import load
from coursenotes.result import JobResult

FULL = '''
@experiment(data=both, seeds=2)
def big(data, run: Run):
    """The mean of the data."""
    return {"mean": sum(data) / len(data)}
'''
BOTH = '''"""Numbers at two scales."""

from coursenotes import Dataset


def few():
    return [1, 2]


def many(folder):
    return list(range(100))


both = Dataset(title="Numbers", sample=few, full=many)
'''


@pytest.fixture
def two_scales(mini):
    (mini.snippets / "datasets" / "both.py").write_text(BOTH)
    path = mini.snippet("averages")
    path.write_text(
        path.read_text().replace("\n\ndef average", "\nfrom snippets.datasets.both import both\n\n\ndef average", 1)
        + FULL
    )
    return mini


def store(plan, job, value=1.0):
    folder = plan.store.scratch()
    depends = {**plan.depends(job.experiment.id, job.scale), "settings": dict(job.settings), "seed": job.seed}
    write_entry(folder, JobResult({"mean": value}, provenance={"libraries": {"torch": "1.0"}}), depends)
    plan.store.put(job.key, folder)
    plan.remember(job, 2.5)
    plan.arrived(job)


def test_only_what_is_asked_for_is_wanted(mini):
    wanted = load(mini).wanted()
    assert wanted == [(n, "sample") for n in ("averages.noise", "straight_line.fit", "straight_line.start")]
    page = mini.concept("straight_line")
    page.write_text(page.read_text().replace("![Where the fits begin](figure:straight_line.starts)", ""))
    assert ("straight_line.start", "sample") not in load(mini).wanted()


def test_results_are_there_when_the_last_job_is(two_scales):
    plan = load(two_scales)
    jobs = plan.jobs("averages.big", "sample")
    store(plan, jobs[0])
    assert plan.results("averages.big", "sample") is None and len(plan.missing([("averages.big", "sample")])) == 1
    store(plan, jobs[1], 3.0)
    assert list(plan.results("averages.big", "sample").metric("mean")) == [1.0, 3.0]
    assert plan.last(jobs[0])["seconds"] == 2.5


def test_scales_do_not_touch_each_other(two_scales):
    keys = {s: {j.key for j in load(two_scales).jobs("averages.big", s)} for s in ("sample", "full")}
    path = two_scales.snippets / "datasets" / "both.py"
    path.write_text(path.read_text().replace("range(100)", "range(200)"))
    after = {s: {j.key for j in load(two_scales).jobs("averages.big", s)} for s in ("sample", "full")}
    assert after["sample"] == keys["sample"] and not after["full"] & keys["full"]


def test_published_results_serve_a_checkout_that_never_ran_them(two_scales):
    plan = load(two_scales)
    for job in plan.jobs("averages.big", "full"):
        store(plan, job)
    path = plan.publish("averages.big")
    import shutil

    shutil.rmtree(two_scales.state)
    fresh = load(two_scales)
    assert path == two_scales.published / "averages" / "big.json"
    assert fresh.missing([("averages.big", "full")]) == [] and fresh.results("averages.big", "full").stale is None


def test_newer_libraries_leave_published_results_as_they_are(two_scales, monkeypatch):
    before = load(two_scales).jobs("averages.big", "full")[0].key
    monkeypatch.setattr("coursenotes.cache.keys.version", lambda name: "99")
    assert load(two_scales).jobs("averages.big", "full")[0].key == before


def test_changed_code_makes_published_results_stale(two_scales):
    plan = load(two_scales)
    for job in plan.jobs("averages.big", "full"):
        store(plan, job)
    plan.publish("averages.big")
    path = two_scales.snippet("averages")
    path.write_text(path.read_text().replace("sum(data) /", "1.0 * sum(data) /"))
    fresh = load(two_scales)
    results = fresh.results("averages.big", "full")
    assert results.stale == "the code of snippets.averages.big changed" and len(results.rows) == 2
    assert fresh.why(fresh.jobs("averages.big", "full")[0]) == ["the code of averages.big changed"]


def test_a_bad_published_file_is_told_and_not_fatal(two_scales):
    path = two_scales.published / "averages" / "big.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    plan = load(two_scales)
    assert plan.results("averages.big", "full") is None
    assert "cannot be read" in str(plan.problems[0]) and plan.problems[0].path == path


def test_publishing_half_is_refused(two_scales):
    with pytest.raises(CoursenotesError, match="2 of 2 jobs were not run"):
        load(two_scales).publish("averages.big")


def test_why_names_the_change(two_scales):
    plan = load(two_scales)
    job = plan.jobs("averages.big", "sample")[0]
    assert plan.why(job) == ["it was never run here"]
    store(plan, job)
    assert load(two_scales).why(job) == []
    path = two_scales.snippets / "datasets" / "both.py"
    path.write_text(path.read_text().replace("[1, 2]", "[1, 2, 3]"))
    fresh = load(two_scales)
    assert fresh.why(fresh.jobs("averages.big", "sample")[0]) == ["the code of datasets.both.few changed"]


def test_an_unknown_experiment_is_told_with_the_nearest(mini):
    with pytest.raises(CoursenotesError, match=r'no experiment "averages.noize"(.|\n)*write averages.noise'):
        load(mini).experiment("averages.noize")
