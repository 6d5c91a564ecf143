"""A whole build of the mini site: what runs again, and what does not, after each kind of change."""

import io
import os
import re
import subprocess
import sys
import time

import pytest

from coursenotes.build import check
from coursenotes.build.build import build
from coursenotes.build.mkdocs_plugin import render
from coursenotes.cache import published, up_to_date
from coursenotes.cache.memo import Memo
from coursenotes.claims import acceptance
from coursenotes.claims.acceptance import Record
from coursenotes.errors import CoursenotesError
from coursenotes.figures import draw
from coursenotes.project import load
from coursenotes.result import JobResult, Row
from coursenotes.workers.progress import Progress


class Told(Progress):
    """Progress that notes what ran well, by its task's id."""

    def __init__(self):
        super().__init__(file=io.StringIO(), plain=True)
        self.ran = []

    def done(self, outcome):
        self.ran += [outcome.task.id] if outcome.ok else []
        super().done(outcome)


def whole(paths):
    """(what ran, the summary) of a build by which no claim is contradicted."""
    ran, summary, contradicted = all_of(paths)
    assert contradicted == []
    return ran, summary


def all_of(paths):
    """(what ran, the summary, what is said of contradicted claims) of a build."""
    with Told() as progress:
        summary, contradicted = build(paths, progress, render)
    return progress.ran, summary, contradicted


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The mini site, built once; tests work on copies."""
    import shutil

    from coursenotes.paths import Paths
    from tests.conftest import MINI

    folder = tmp_path_factory.mktemp("built") / "mini"
    shutil.copytree(MINI, folder, ignore=shutil.ignore_patterns(".coursenotes", "site", "__pycache__"))
    paths = Paths(folder)
    ran, summary = whole(paths)
    return paths, ran, summary


@pytest.fixture
def again(built, tmp_path):
    """A copy of the built mini site, as a contributor's checkout the day after."""
    import shutil

    from coursenotes.paths import Paths

    shutil.copytree(built[0].root, tmp_path / "mini", symlinks=True)
    return Paths(tmp_path / "mini")


def page(paths, name):
    return (paths.site / "concepts" / name / "index.html").read_text()


def test_a_build_trains_judges_draws_and_renders(built):
    paths, ran, summary = built
    assert sum(job.startswith(("straight_line", "averages")) and " seed " in job for job in ran) == 27
    assert "27 jobs ran" in summary and "claims: 3 supported, 1 refuted" in summary
    html = page(paths, "straight_line")
    assert "<svg" in html and "cn-claim--supported" in html and "cn-claim--refuted" in html
    assert re.search(r'class="cn-measured"[^>]*>2\.0', html)
    assert "the average of 1, 2, 3 is 2.0" in page(paths, "averages")


def test_nothing_changed_does_nothing(built):
    paths = built[0]
    before = {p: p.stat().st_mtime_ns for p in paths.site.rglob("*")}
    ran, summary = whole(paths)
    assert ran == [] and summary.startswith("Nothing changed: 0 jobs ran, 27 came from the store")
    assert {p: p.stat().st_mtime_ns for p in paths.site.rglob("*")} == before


def test_nothing_changed_imports_nothing_heavy(built):
    code = (
        "import sys; from coursenotes.cli import main; main(['build']);"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'torch', 'numpy', 'mkdocs', 'matplotlib', 'yaml'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=built[0].root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def jobs(ran):
    return [job for job in ran if " seed " in job]


def test_a_comment_in_a_snippet_runs_nothing(again):
    edit(again.snippet("straight_line"), "    x, y = data\n", "    # what was drawn\n    x, y = data\n")
    assert whole(again)[0] == []


def test_a_sentence_runs_nothing_and_is_published(again):
    edit(again.concept("straight_line"), "How steep is the line?", "How very steep is the line?")
    assert whole(again)[0] == []
    assert "How very steep" in page(again, "straight_line")


def test_a_color_redraws_its_figure_and_trains_nothing(again):
    before = page(again, "straight_line")
    edit(again.snippet("straight_line"), 'COLOR = "C0"', 'COLOR = "C3"')
    assert whole(again)[0] == ["draw straight_line"]
    assert "var(--cn-c3)" in page(again, "straight_line") and "var(--cn-c3)" not in before


def test_a_helper_retrains_exactly_the_jobs_that_call_it(again):
    edit(again.snippets / "steps.py", "slope - rate * gradient", "slope - 0.9 * rate * gradient")
    ran = jobs(whole(again)[0])
    assert len(ran) == 15 and all(job.startswith("straight_line.fit ") for job in ran)


def test_one_more_seed_is_trained_alone(again):
    edit(again.snippet("straight_line"), "@experiment(seeds=2)", "@experiment(seeds=3)")
    assert jobs(whole(again)[0]) == ["straight_line.start seed 2"]


def accepted_elsewhere(paths, claim, mean, sd):
    """Write down that a replication has accepted a claim as it is now, with this mean and spread."""
    project = load(paths)
    info = project.catalog.claims[claim]
    said = {"claimed": "a below b", "mean": mean, "sd": sd, "n": 20, "room": 3.0, "needed": 0.8, "accepted": True,
            "no_effect": 1.0}  # fmt: skip
    record = Record(acceptance.key(project.plan, info, "sample"), True, "2026-01-01", "100 to 119", [said])
    acceptance.save(project.plan, info.topic, "sample", {info.name: record}, {})


def test_a_claim_that_is_contradicted_here_is_marked_where_it_stands_and_the_site_is_written(again):
    edit(again.claims_file("averages"), "margin=0.3", "margin=0.9")
    accepted_elsewhere(again, "averages.less_noisy", -1.2, 0.04)
    ran, summary, (said,) = all_of(again)
    assert "1 contradicted here" in summary and jobs(ran) == []
    assert "tests/claims/test_averages.py:11: the claim averages.less_noisy is contradicted here" in said
    assert "accepted: -1.2 ± 0.04 over 20 seeds" in said and "docs/concepts/averages.md:11" in said
    assert "cn-claim--contradicted" in page(again, "averages")
    assert all_of(again)[1:] == (f"Nothing changed: {summary.rpartition('; ')[0].replace('0 jobs', '0 jobs')}", [said])


def test_the_command_ends_with_1_and_says_it_last_each_time(again):
    edit(again.claims_file("averages"), "margin=0.3", "margin=0.9")
    accepted_elsewhere(again, "averages.less_noisy", -1.2, 0.04)
    for said in ("claims: ", "Nothing changed: "):
        command = [sys.executable, "-m", "coursenotes.cli", "build"]
        done = subprocess.run(command, cwd=again.root, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and said in done.stdout
        last = done.stderr.strip().splitlines()[-1]
        assert last.startswith("1 claim is contradicted here: the site says so next to each")


def test_a_claim_that_nobody_accepted_yet_is_a_remark(again):
    edit(again.claims_file("averages"), "margin=0.3", "margin=0.31")
    assert "1 not accepted yet" in whole(again)[1]
    assert "cn-claim--unaccepted" in page(again, "averages")
    (problem,) = check.accepted(load(again))
    assert "test_averages.py:9: the claim less_noisy is not accepted yet" in str(problem)
    assert "coursenotes replicate averages" in problem.fix


def test_a_broken_model_is_not_accepted_and_its_exact_claims_are_contradicted(again):
    edit(again.snippet("averages"), "return sum(values) / len(values)", "return values[0]")
    _, summary, said = all_of(again)
    assert "1 contradicted here" in summary and "1 not accepted yet" in summary
    assert "the claim averages.is_the_mean is contradicted here" in said[0]
    assert "cn-claim--contradicted" in page(again, "averages") and "cn-claim--unaccepted" in page(again, "averages")


def test_an_experiment_that_seeds_itself_is_told(again):
    edit(again.snippet("averages"), "    return {", "    np.random.seed(int('1'))\n    return {")
    with pytest.raises(
        CoursenotesError, match=r"averages\.py:\d+: averages.noise returns the same metrics for each of 5"
    ):
        whole(again)


def test_a_claims_test_that_cannot_be_run_keeps_the_site_as_it_was(again):
    before = page(again, "averages")
    edit(again.claims_file("averages"), 'noise.metric("error", n=1)', 'noise.metric("eror", n=1)')
    with pytest.raises(CoursenotesError, match=r"averages\.less_noisy could not be checked[\s\S]*there is: error"):
        whole(again)
    assert page(again, "averages") == before


def test_a_failing_snippet_is_told_with_its_line_and_the_others_go_on(again):
    edit(again.snippet("averages"), '    return {"error"', '    1 / 0\n    return {"error"')
    edit(again.snippets / "steps.py", "slope - rate", "slope - 1.0 * rate")
    with pytest.raises(CoursenotesError) as caught:
        whole(again)
    assert re.search(r"averages\.py:\d+: .*division by zero", str(caught.value))
    assert load(again).plan.missing([("straight_line.fit", "sample")]) == []


def test_unknown_names_are_told_all_at_once_before_anything_runs(again):
    edit(again.concept("straight_line"), "fit.slope?rate=0.5", "fit.slop?rate=0.5")
    edit(again.concept("averages"), "claim:averages.less_noisy", "claim:averages.less_noise")
    edit(again.concept("averages"), "figure:averages.error_by_n", "figure:averages.errors_by_n")
    with pytest.raises(CoursenotesError) as caught:
        whole(again)
    said = str(caught.value)
    for wanted in ("straight_line.md:15", "less_noisy", "averages.md:9", "error_by_n", "fit.slope?rate=0.5"):
        assert wanted in said


def test_what_is_wrong_with_a_pages_form_and_with_its_names_is_told_in_one_run(again):
    edit(again.concept("straight_line"), "fit.slope?rate=0.5", "fit.slop?rate=0.5")
    edit(again.concept("averages"), "Why measure twice?", "# [Why?](claim:averages.less_noisy)")
    (again.docs / "bad.md").write_text("---\ntitle: [\n---\n")
    with pytest.raises(CoursenotesError) as caught:
        whole(again)
    said = str(caught.value)
    for wanted in ("straight_line.md:15", "averages.md:5", "bad.md:"):
        assert wanted in said


def test_a_claim_on_no_page_is_told(again):
    edit(again.concept("averages"), "[It is the mean](claim:averages.is_the_mean).", "It is the mean.")
    with pytest.raises(CoursenotesError, match=r"test_averages\.py:\d+: the claim is_the_mean is not on any page"):
        whole(again)


def test_a_bad_entry_is_recomputed(again):
    project = load(again)
    job = project.plan.jobs("straight_line.start", "sample")[0]
    path = again.state / "store" / job.key[:2] / job.key / "result.json"
    path.write_text(path.read_text().replace("slope", "slope "))
    edit(again.concept("averages"), "Why measure twice?", "Why measure thrice?")
    assert jobs(whole(again)[0]) == ["straight_line.start seed 0"]


def test_plain_mkdocs_builds_too(again):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=again.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "cn-claim--supported" in page(again, "averages")


def test_two_builds_at_once_are_safe(again):
    edit(again.snippets / "steps.py", "slope - rate", "slope - 1.0 * rate")
    both = [
        subprocess.Popen([sys.executable, "-m", "coursenotes.cli", "build"], cwd=again.root, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    errors = [b.communicate()[1] for b in both]
    assert [b.returncode for b in both] == [0, 0], errors
    assert "<svg" in page(again, "straight_line") and not list(again.root.glob("site.new*"))


def tree(paths):
    """Every file of the site with its content."""
    return {p.relative_to(paths.site): p.read_bytes() for p in paths.site.rglob("*") if p.is_file()}


def test_kept_pages_are_what_rendering_them_anew_gives(again):
    import shutil

    edit(again.concept("straight_line"), "How steep is the line?", "How very steep is the line?")
    whole(again)
    kept = tree(again)
    shutil.rmtree(Memo(again, "pages").folder)
    up_to_date.forget(again)
    whole(again)
    fresh = tree(again)
    assert kept.keys() == fresh.keys()
    assert [p for p in kept if kept[p] != fresh[p] and p.suffix == ".html"] == []


def test_only_the_changed_page_is_rendered(again, monkeypatch):
    from mkdocs.structure.pages import Page

    rendered, render_page = [], Page.render
    monkeypatch.setattr(
        Page,
        "render",
        lambda page, *args: (rendered.append((page.file.src_uri, page.markdown)), render_page(page, *args)),
    )
    edit(again.concept("straight_line"), "How steep is the line?", "How very steep is the line?")
    whole(again)
    assert [name for name, text in rendered if text] == ["concepts/straight_line.md"]


def test_a_kept_page_is_still_warned_of_a_link_that_leads_nowhere(again):
    (again.docs / "extra.txt").write_text("More.\n")  # no page: only the renderer knows of it
    edit(again.docs / "index.md", "Two topics:", "[More](extra.txt). Two topics:")
    whole(again)
    (again.docs / "extra.txt").unlink()
    with pytest.raises(CoursenotesError, match=r"index\.md:5: .* link 'extra\.txt'"):
        whole(again)
    with pytest.raises(CoursenotesError, match=r"index\.md:5: .* link 'extra\.txt'"):
        whole(again)


@pytest.mark.parametrize("reference", ["claim:averages.less_noisy", "claim:less_noisy"])
def test_a_new_verdict_changes_the_pages_that_show_it(again, reference):
    if reference != "claim:averages.less_noisy":
        edit(again.concept("averages"), "claim:averages.less_noisy", reference)
        whole(again)
    edit(again.claims_file("averages"), "at least 0.3 nearer", "no less than 0.3 nearer")
    edit(again.claims_file("averages"), "margin=0.3", "margin=0.31")
    whole(again)
    assert "no less than 0.3 nearer" in page(again, "averages")


COURSES = """
a:
  title: A
  url: https://a.org
  lectures:
    1: {title: One, video: aaaaaaaaaaa}
    2: {title: Two, video: bbbbbbbbbbb}
"""


def test_a_page_of_another_lecture_has_its_times(again):
    (again.docs / "courses.yml").write_text(COURSES)
    edit(again.concept("averages"), "title: Averages", 'title: Averages\nlectures: ["a/1"]')
    edit(again.concept("averages"), "Why measure twice?", "Why measure twice? [0:01:00]")
    whole(again)
    assert "aaaaaaaaaaa" in page(again, "averages")
    edit(again.concept("averages"), "a/1", "a/2")
    whole(again)
    assert "bbbbbbbbbbb" in page(again, "averages") and "aaaaaaaaaaa" not in page(again, "averages")


def test_a_table_has_the_experiments_first_line(again):
    edit(again.concept("straight_line"), "[All rates](table", "[](table")
    edit(again.concept("straight_line"), "[One step](code:straight_line.loss)", "")  # it shows the file itself
    whole(again)
    edit(again.snippet("straight_line"), "The slope after twenty steps", "The slope after 20 steps")
    whole(again)
    assert "The slope after 20 steps" in page(again, "straight_line")


def test_what_is_written_during_a_build_is_built_by_the_next(again):
    def meanwhile(project, folder):
        render(project, folder)
        edit(again.concept("averages"), "Why measure twice?", "Why measure thrice?")

    edit(again.concept("averages"), "Why measure twice?", "Why measure twice? ")
    with Told() as progress:
        build(again, progress, meanwhile)
    assert "thrice" not in page(again, "averages")
    whole(again)
    assert "thrice" in page(again, "averages")


def test_new_published_numbers_under_the_same_keys_are_drawn_anew(again):
    text = again.snippet("straight_line").read_text()
    again.snippet("straight_line").write_text(
        text.replace("seeds=2", "data=points, seeds=2").replace("(run:", "(data, run:")
    )
    edit(again.snippets / "datasets" / "points.py", "sample=sample,", "sample=sample, full=lambda folder: sample(),")
    project = load(again)
    rows = [
        Row(job.settings, job.seed, JobResult({"slope": 1.0}), job.key)
        for job in project.plan.jobs("straight_line.start", "full")
    ]
    path = again.published_file("straight_line", "start")
    published.write(path, "straight_line.start", project.plan.depends("straight_line.start", "full"), rows)
    before = draw.wanted_key(load(again).plan, "straight_line.starts", "full")
    edit(path, '"slope": 1', '"slope": 2')
    assert before is not None and draw.wanted_key(load(again).plan, "straight_line.starts", "full") not in (
        before,
        None,
    )


def test_a_page_is_listed_by_the_first_build_on_its_day(again, monkeypatch):
    """And until then, nothing that a reader comes across leads to it; a build on the same day has nothing to do."""
    days = {"before": "1795000000", "on the day": "1795910400"}  # 18 and 29 November 2026
    page = again.docs / "concepts" / "soon.md"
    page.write_text("---\ntitle: Soon\nrelease: 2026-11-28\n---\n# Soon\n\nWhat comes next.\n")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", days["before"])
    whole(again)
    home = again.site / "index.html"
    assert (again.site / "concepts/soon/index.html").is_file() and "soon" not in home.read_text()
    assert whole(again)[1].startswith("Nothing changed")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", days["on the day"])
    ran, summary = whole(again)
    assert not ran and not summary.startswith("Nothing changed") and "soon" in home.read_text()
    assert whole(again)[1].startswith("Nothing changed")


def test_a_rendered_page_that_no_build_used_for_a_week_is_let_go(again):
    kept = Memo(again, "pages").folder / "00" / "nobody.json"
    recent = kept.with_name("somebody.json")
    for path, days in ((kept, 8), (recent, 6)):
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
        os.utime(path, (time.time() - days * 24 * 3600,) * 2)
    averages = again.docs / "concepts" / "averages.md"
    edit(averages, "Why measure twice?", "Why measure again?")
    whole(again)
    assert recent.is_file() and not kept.exists()
    pages = set((Memo(again, "pages").folder).glob("*/*")) - {recent}
    for path in pages:
        os.utime(path, (time.time() - 6 * 24 * 3600,) * 2)
    edit(averages, "Why measure again?", "Why measure a third time?")
    whole(again)
    used = {path for path in pages if time.time() - path.stat().st_mtime < 3600}
    assert used and used < pages, "those that the build used begin their week again"
