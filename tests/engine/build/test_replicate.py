"""Replications of the mini site: what they train, under which kernels, on which data, and what they leave behind."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest

from coursenotes.build import replicate
from coursenotes.build.replicate import Seeds
from coursenotes.claims import acceptance
from coursenotes.cli import main
from coursenotes.errors import CoursenotesError
from coursenotes.experiments.job import load_data
from coursenotes.project import load
from coursenotes.workers.kernels import OLDEST, in_use
from coursenotes.workers.progress import Progress
from tests.engine.workers_project import wait_until

AVERAGES = ["averages.less_noisy"]


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def quiet():
    return Progress(file=io.StringIO(), plain=True)


def command(paths, capsys, *args):
    status = main(["--project", str(paths.root), "replicate", *args])
    return status, capsys.readouterr()


@pytest.fixture
def fresh(mini):
    """The mini site without acceptance."""
    for path in mini.published.glob("*/claims.*.json"):
        path.unlink()
    return mini


def test_seeds_are_never_a_builds_own_and_the_last_ones_run_under_other_kernels():
    seeds = Seeds.of(20)
    assert (seeds.native, seeds.baseline) == (tuple(range(100, 114)), tuple(range(114, 120)))
    assert str(seeds) == "100 to 113 with native kernels, 114 to 119 with baseline kernels"
    assert Seeds.of(8).all == (100, 101, 102, 103, 104, 105, 114, 115), (
        "a seed has the same kernels in each replication"
    )
    assert set(Seeds.of(8).baseline) < set(Seeds.of(20).baseline) < set(Seeds.of(40).baseline)
    assert set(Seeds.of(20).native) < set(Seeds.of(40).native)
    assert Seeds.of(5, 1000, 0).all == (1000, 1001, 1002, 1003, 1004)


def test_a_replication_accepts_goes_on_where_it_was_stopped_and_changes_nothing_twice(fresh, capsys, monkeypatch):
    for name, value in OLDEST.items():  # of whoever asks: what is called native is so all the same
        monkeypatch.setenv(name, value)
    status, said = command(fresh, capsys, "averages", "--seeds", "8")
    assert status == 0
    assert "1 of 1 claims to accept, over 8 seeds" in said.out and "16 jobs are missing, about" in said.out
    assert "✓ averages.less_noisy" in said.out
    path = fresh.acceptance_file("averages", "sample")
    record = json.loads(path.read_text())["claims"]["less_noisy"]
    assert record["accepted"] and record["comparisons"][0]["n"] == 8
    assert record["seeds"] == "100 to 105 with native kernels, 114 to 115 with baseline kernels"
    before = path.read_bytes()
    status, said = command(fresh, capsys, "averages")
    assert (status, path.read_bytes()) == (0, before) and "nothing has changed since" in said.out

    project = load(fresh)
    kernels = {
        job.seed: project.plan.store.get(job.key).provenance["kernels"]
        for job in project.plan.jobs("averages.noise", "sample", Seeds.of(8).all)
    }
    assert kernels == {**dict.fromkeys(range(100, 106), "native"), 114: "baseline", 115: "baseline"}

    edit(fresh.claims_file("averages"), "margin=0.3", "margin=0.35")
    status, said = command(fresh, capsys, "averages", "--seeds", "9")
    assert status == 0 and "2 jobs are missing" in said.out, "one more seed, of two settings"


def test_what_a_killed_replication_has_trained_is_kept(fresh, capsys):
    edit(fresh.snippet("averages"), "    return {", "    time.sleep(0.2)\n    return {")
    edit(fresh.snippet("averages"), "import numpy as np", "import time\n\nimport numpy as np")
    words = [sys.executable, "-m", "coursenotes.cli", "--project", str(fresh.root), "replicate", "averages"]
    killed = subprocess.Popen([*words, "--seeds", "8"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    entries = fresh.state / "store"
    assert wait_until(lambda: len(list(entries.glob("*/*/digests.json"))) >= 3, 60)
    killed.kill()
    killed.wait()
    assert not fresh.acceptance_file("averages", "sample").exists()
    status, said = command(fresh, capsys, "averages", "--seeds", "8")
    missing = int(re.search(r"(\d+) jobs are missing", said.out)[1])
    assert status == 0 and 0 < missing <= 13


def test_what_has_too_little_room_is_refused_with_its_line(fresh, capsys):
    edit(fresh.claims_file("averages"), "margin=0.3", "margin=0.75")
    status, said = command(fresh, capsys, "averages", "--seeds", "8")
    assert status == 1
    assert "✗ averages.less_noisy" in said.out
    assert "line 11: noise.metric('error', n=100) below noise.metric('error', n=1) by 0.75" in said.out
    assert "it has to be 1.69" in said.out
    project = load(fresh)
    assert not acceptance.load(project.plan, project.catalog.claims["averages.less_noisy"], "sample").accepted


def test_an_experiment_that_seeds_itself_is_refused(fresh, capsys):
    edit(fresh.snippet("averages"), "    return {", "    np.random.seed(int('1'))\n    return {")
    status, said = command(fresh, capsys, "averages", "--seeds", "8")
    assert status == 1
    assert "averages.noise returns the same metrics for each of 8 seeds" in said.err
    assert "every seed gives" in said.out


def test_numbers_are_kept_with_their_spread(fresh, capsys):
    command(fresh, capsys, "averages", "--seeds", "8")
    project = load(fresh)
    found = acceptance.number(project.plan, "averages.noise", "sample", "error", {"n": 1})
    jobs = project.plan.jobs("averages.noise", "sample", Seeds.of(8).all)
    values = [project.plan.store.get(job.key).metrics["error"] for job in jobs if job.settings["n"] == 1]
    assert (found.n, found.mean, found.sd) == (8, pytest.approx(np.mean(values)), pytest.approx(np.std(values, ddof=1)))
    edit(fresh.snippet("averages"), "range(200)", "range(201)")
    assert acceptance.number(load(fresh).plan, "averages.noise", "sample", "error", {"n": 1}) is None, "of other code"


def test_a_rehearsal_judges_other_seeds_by_the_rule_of_a_build(mini, capsys):
    status, said = command(mini, capsys, "averages", "--check", "2000")
    assert status == 0 and "seeds from 2000 on, 1 claims: 1 supported" in said.out
    project = load(mini)
    jobs = project.plan.jobs("averages.noise", "sample", range(2000, 2005))
    assert all(project.plan.store.get(job.key).provenance["kernels"] == "native" for job in jobs)
    edit(mini.acceptance_file("averages", "sample"), '"mean": -0.723603', '"mean": -0.72')
    assert command(mini, capsys, "averages", "--check", "2000")[0] == 0


def test_a_rehearsal_finds_what_is_contradicted(mini, capsys):
    project = load(mini)
    info = project.catalog.claims["averages.less_noisy"]
    record = acceptance.load(project.plan, info, "sample")
    edit(mini.claims_file("averages"), "margin=0.3", "margin=0.9")
    project = load(mini)
    moved = acceptance.Record(**{**vars(record), "key": acceptance.key(project.plan, info, "sample")})
    acceptance.save(project.plan, "averages", "sample", {"less_noisy": moved}, {})
    status, said = command(mini, capsys, "averages", "--check")
    assert status == 1 and "seeds from 1000 on, 1 claims: 1 contradicted here" in said.out
    assert "the claim averages.less_noisy is contradicted here" in said.out


def test_generated_data_are_drawn_anew_for_a_replication_and_shared_by_a_build(mini, monkeypatch):
    monkeypatch.syspath_prepend(str(mini.root))
    drawn = {seed: load_data("snippets.datasets.points", "points", "sample", seed=seed)[0] for seed in (0, 4, 100, 101)}
    assert (drawn[0] == drawn[4]).all()
    assert (drawn[0] != drawn[100]).any() and (drawn[100] != drawn[101]).any()


def test_what_a_person_means_by_a_name(mini):
    project = load(mini)
    assert replicate.chosen(project.plan, [], "sample") == [
        "averages.less_noisy", "straight_line.finds_the_slope", "straight_line.any_rate",
    ]  # fmt: skip
    assert replicate.chosen(project.plan, ["averages", "straight_line.any_rate"], "sample") == [
        "averages.less_noisy", "straight_line.any_rate",
    ]  # fmt: skip
    assert replicate.chosen(project.plan, [], "full") == []
    with pytest.raises(CoursenotesError, match=r'no claim "averages.less_nois"[\s\S]*less_noisy'):
        replicate.chosen(project.plan, ["averages.less_nois"], "sample")


def test_too_few_seeds_are_refused_at_once(mini, capsys):
    status, said = command(mini, capsys, "--seeds", "7")
    assert status == 1 and "--seeds 7 is too few" in said.err and "use at least 8" in said.err


def test_full_scale_takes_as_many_seeds_as_its_time_allows(mini, monkeypatch):
    project = load(mini)
    monkeypatch.setattr(replicate, "_cost", lambda *_: 600.0)  # seconds a job; three settings, two for the averages
    assert replicate.count(project.plan, replicate.chosen(project.plan, [], "sample"), "sample") == 20
    assert replicate.count(project.plan, AVERAGES, "full") == 12, "2 h of two cores / (2 settings of ten minutes)"
    monkeypatch.setattr(replicate, "_cost", lambda *_: 6000.0)
    assert replicate.count(project.plan, AVERAGES, "full") == 8
    monkeypatch.setattr(replicate, "_cost", lambda *_: 1.0)
    assert replicate.count(project.plan, AVERAGES, "full") == 20


def test_kernels_are_told_by_the_environment():
    assert in_use({}) == "native"
    assert in_use(OLDEST) == "baseline"
    assert in_use({"ATEN_CPU_CAPABILITY": "default"}) == "other"
