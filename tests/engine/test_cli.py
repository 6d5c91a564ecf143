"""The commands as a person types them, on the mini site."""

import io
import os
import signal
import subprocess
import sys

import pytest

from coursenotes.build import check
from coursenotes.cli import main
from coursenotes.experiments.train import train
from coursenotes.project import load
from coursenotes.workers import Pool
from coursenotes.workers.progress import Progress
from tests.engine.rendering import COURSES, EXPERIMENTS


@pytest.fixture
def command(mini, monkeypatch, capsys):
    """Run a command in the mini site -> (exit status, what it printed)."""
    monkeypatch.chdir(mini.root)

    def run(*words):
        status = main(list(words))
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_run_trains_what_is_missing_and_shows_it(command):
    status, said = command("run", "averages")
    assert status == 0 and "averages.noise at sample scale, 5 seeds" in said and "n=100: error 0.0" in said
    assert "nothing to run" in command("run", "averages.noise")[1] or "0 of 10" in command("run", "averages.noise")[1]


def test_status_and_why_say_what_is_missing(command, mini):
    assert "averages.noise" in command("status")[1] and "0/10 jobs: it was never run here" in command("status")[1]
    command("run", "averages")
    assert "10/10 jobs" in command("status")[1]
    path = mini.snippet("averages")
    path.write_text(path.read_text().replace("range(200)", "range(201)"))
    status, said = command("why", "averages.noise")
    assert status == 0 and "10 of 10 jobs: the code of averages.noise changed" in said and "numpy" in said


def test_unknown_names_are_told(command):
    status, said = command("run", "average")
    assert status == 1 and 'no experiment "average"' in said and "1 problem" in said
    assert command("why", "averages.noize")[0] == 1


def test_check_without_results_fails_once_for_each_experiment(command):
    status, said = command("check")
    assert status == 1 and "3 problems" in said, said
    for name in EXPERIMENTS:
        assert said.count(f"no results of {name} at sample scale: its numbers cannot be checked\n  fix: ") == 1
    assert "docs/concepts/averages.md:9: no results of averages.noise" in said
    command("run")
    status, said = command("check")
    assert status == 0 and "nothing wrong" in said, said


def test_check_finds_a_number_that_is_off_and_fix_mends_it(command, mini):
    command("run")
    page = mini.concept("averages")
    text = page.read_text().replace("[0.08](", "[0.28](")
    page.write_text(text)
    status, said = command("check")
    assert status == 1 and "averages.md:11" in said and "0.28" in said
    assert "corrected docs/concepts/averages.md" in command("check", "--fix", "averages")[1]
    assert "[0.28](" not in page.read_text() and command("check")[0] == 0


def test_check_flags_a_number_that_was_typed(command, mini):
    page = mini.concept("averages")
    page.write_text(page.read_text() + "\nThe error is 0.42 here.\nThe paper says 0.42. <!-- given -->\n")
    status, said = command("check")
    assert status == 1 and said.count("looks measured") == 1 and "0.42" in said


def test_check_wants_the_opening_that_a_build_does_without(command, mini):
    command("run")
    page = mini.concept("averages")
    page.write_text(page.read_text().replace("Why measure twice?", "Measure twice."))
    assert not any("question" in str(p) for p in check.static(load(mini)))
    status, said = command("check")
    assert status == 1 and "averages.md:5: a note begins with its question" in said and "1 problem" in said


def test_new_makes_a_topic_that_trains(command):
    assert command("new", "means")[0] == 0
    status, said = command("run", "means")
    assert status == 0 and "means.error at sample scale, 5 seeds" in said
    assert command("new", "means")[0] == 1


def test_new_begins_with_what_the_list_says_and_takes_it_off(command, mini):
    before, after = (
        "# a list\nsmall_means:\n  title: Means\n  what: Why?\n  size: small\n\n",
        "# more\nlater:\n  title: L\n",
    )
    after += "  what: What?\n  size: large\n"
    entry = (
        'means:\n  title: "Means: how noisy?"\n  what: >-\n    How\n\n    noisy?\n  lectures: ["dl2022/8@0:10:00"]\n'
    )
    mini.wanted.write_text(before + entry + "  size: small\n\n" + after)
    (mini.docs / "courses.yml").write_text(COURSES)
    status, said = command("new", "means")
    assert status == 0 and "wrote docs/wanted.yml" in said
    assert mini.wanted.read_text() == before + after
    note = mini.concept("means").read_text()
    assert 'title: "Means: how noisy?"\nlectures: ["dl2022/8@0:10:00"]\n' in note
    assert "<!-- Wanted: How noisy? -->" in note
    status, said = command("check")
    assert "wanted.yml" not in said and "the claim shrinks is not accepted yet" in said, said


def test_outside_a_project_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 1
    assert "no mkdocs.yml" in capsys.readouterr().err


def test_a_reader_that_closes_the_pipe_is_no_error(mini):
    code = f"{sys.executable} -m coursenotes.cli --project {mini.root} why straight_line.fit | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {code}"], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_the_store_is_looked_through_and_tidied(command, mini):
    command("run", "averages")
    path = mini.snippet("averages")
    path.write_text(path.read_text().replace("range(200)", "range(201)"))
    command("run", "averages")
    status, said = command("store")
    assert status == 0 and "20 results" in said and "10 of them" in said
    command("store", "--remove-unused")
    assert "10 results" in command("store")[1] and "0 of them" in command("store")[1]
    project = load(mini)
    (replicated,) = (job for job in project.plan.jobs("averages.noise", "sample", [100]) if job.settings["n"] == 1)
    with Pool(mini.root, preload=()) as pool, Progress(file=io.StringIO(), plain=True) as progress:
        train(project.plan, [replicated], pool, progress)
    assert "11 results" in command("store")[1] and "0 of them" in command("store")[1], "seeds of a replication"
    entry = next((mini.state / "store").glob("*/*/result.json"))
    entry.write_text("{}")
    status, said = command("store")
    assert status == 1 and "does not have the digest" in said


@pytest.mark.parametrize("name", ["class", "datasets", "Dropout", "../x"])
def test_a_name_that_cannot_be_a_topic_writes_nothing(command, mini, name):
    status, said = command("new", name)
    assert status == 1 and "1 problem" in said
    assert not list(mini.root.rglob(f"{name.rpartition('/')[2]}.*"))


def test_a_topic_without_the_scale_is_told(command):
    status, said = command("run", "averages", "--scale", "full")
    assert status == 1 and "averages has no full scale" in said


def test_a_dataset_without_any_scale_is_told(command, mini):
    path = mini.snippets / "datasets" / "points.py"
    path.write_text(path.read_text().replace("sample=sample, ", ""))
    status, said = command("check")
    assert status == 1 and "straight_line.py:22: the dataset of fit has no data at any scale" in said
    assert "nothing uses the experiment fit" not in said


def test_an_experiment_of_real_data_alone_is_used_where_a_page_shows_it(command, mini):
    path = mini.snippets / "datasets" / "points.py"
    path.write_text(path.read_text().replace("sample=sample, ", "full=sample, "))
    _, said = command("check")
    assert "nothing uses the experiment fit" not in said


def test_real_data_that_cannot_be_had_names_the_dataset(command, mini, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COURSENOTES_DATA", raising=False)
    path = mini.snippets / "datasets" / "points.py"
    digest = "a" * 64
    files = f'full=sample, files=[File("p.bin", url="http://127.0.0.1:1/p.bin", sha256="{digest}")], folder="p", '
    text = path.read_text().replace("import Dataset", "import Dataset, File")
    path.write_text(text.replace("sample=sample, ", f"sample=sample, {files}"))
    status, said = command("run", "straight_line.fit", "--scale", "full")
    line = 1 + text.split("\n").index(next(s for s in text.split("\n") if s.startswith("points = ")))
    assert status == 1 and f"snippets/datasets/points.py:{line}: p.bin of Points near a line is missing" in said


def test_what_the_machine_refuses_is_one_line(command, mini):
    mini.state.write_text("a file where the folder should be")
    status, said = command("run")
    assert status == 1 and ".coursenotes: File exists" in said and "fix: move away" in said


def test_an_output_that_is_full_is_told(mini):
    code = f"{sys.executable} -m coursenotes.cli --project {mini.root} status > /dev/full"
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 1 and "No space left" in done.stderr and "Traceback" not in done.stderr


def test_a_project_in_a_folder_with_any_name_on_a_terminal_that_knows_ascii_alone(mini):
    root = mini.root.rename(mini.root.with_name("Größe & co (1)"))
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "coursenotes.cli", "run", "averages"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, **plain})
    assert done.returncode == 0, done.stderr
    assert "n=100: error" in done.stdout


@pytest.mark.parametrize("text", ['{"schema": 1, "jobs": [', "[]", "{}"])
def test_published_results_that_cannot_be_read_are_told(command, mini, text):
    path = mini.published_file("straight_line", "fit")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    for words in (["check"], ["build"]):
        status, said = command(*words)
        assert status == 1 and "results/straight_line/fit.json: a published result cannot be read" in said
    assert not mini.site.exists()


def test_a_release_is_taken_where_every_claim_was_checked(command, mini):
    status, said = command("release", "2026.11")
    assert status == 1 and "is not checked at sample scale" in said and not mini.releases.exists()
    assert command("build")[0] == 0
    status, said = command("release", "2026.11")
    assert status == 0 and "wrote releases/2026.11.json: 3 pages, 4 claims" in said
    assert (mini.releases / "2026.11.json").is_file()
    status, said = command("release", "2026.11")
    assert status == 1 and "was taken already" in said


def test_a_topic_that_would_take_the_place_of_a_page_is_refused(command, mini):
    mini.snippet("claims").write_text('"""Empty."""\n')
    status, said = command("check")
    assert status == 1 and "a topic cannot be called claims" in said


def test_a_command_leaves_the_process_as_it_found_it(mini, capsys):
    """Else every child of that process would outlive its SIGTERM."""
    before = signal.getsignal(signal.SIGTERM)
    assert main(["--project", str(mini.root), "store"]) == 0
    assert signal.getsignal(signal.SIGTERM) is before
    assert main(["--project", str(mini.root), "why", "nothing.there"]) == 1
    assert signal.getsignal(signal.SIGTERM) is before
