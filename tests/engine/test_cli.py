"""The commands as a person types them, on the mini site."""

import os

import pytest

from coursenotes.cli import main


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
    assert status == 0 and "averages.noise at sample scale, 4 seeds" in said and "n=100: error 0.0" in said
    assert "nothing to run" in command("run", "averages.noise")[1] or "0 of 8" in command("run", "averages.noise")[1]


def test_status_and_why_say_what_is_missing(command, mini):
    assert "averages.noise" in command("status")[1] and "0/8 jobs: it was never run here" in command("status")[1]
    command("run", "averages")
    assert "8/8 jobs" in command("status")[1]
    path = mini.snippet("averages")
    path.write_text(path.read_text().replace("range(200)", "range(201)"))
    status, said = command("why", "averages.noise")
    assert status == 0 and "8 of 8 jobs: the code of averages.noise changed" in said and "numpy" in said


def test_unknown_names_are_told(command):
    status, said = command("run", "average")
    assert status == 1 and "no experiment 'average'" in said and "1 problem" in said
    assert command("why", "averages.noize")[0] == 1


def test_check_needs_no_results(command):
    status, said = command("check")
    assert status == 0 and "nothing wrong" in said, said


def test_check_finds_a_number_that_is_off_and_fix_mends_it(command, mini):
    command("run")
    page = mini.concept("averages")
    text = page.read_text().replace("[0.08](", "[0.28](")
    page.write_text(text)
    status, said = command("check")
    assert status == 1 and "averages.md:8" in said and "0.28" in said
    assert "corrected docs/concepts/averages.md" in command("check", "--fix")[1]
    assert "[0.28](" not in page.read_text() and command("check")[0] == 0


def test_check_flags_a_number_that_was_typed(command, mini):
    page = mini.concept("averages")
    page.write_text(page.read_text() + "\nThe error is 0.42 here.\nThe paper says 0.42. <!-- given -->\n")
    status, said = command("check")
    assert status == 1 and said.count("looks measured") == 1 and "0.42" in said


def test_new_makes_a_topic_that_trains(command):
    assert command("new", "means")[0] == 0
    status, said = command("run", "means")
    assert status == 0 and "means.error at sample scale, 5 seeds" in said
    assert command("new", "means")[0] == 1


def test_outside_a_project_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["status"]) == 1
    assert "no mkdocs.yml" in capsys.readouterr().err


def test_a_reader_that_closes_the_pipe_is_no_error(mini):
    import subprocess
    import sys

    code = f"{sys.executable} -m coursenotes.cli --project {mini.root} why straight_line.fit | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {code}"], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_the_store_is_looked_through_and_tidied(command, mini):
    command("run", "averages")
    path = mini.snippet("averages")
    path.write_text(path.read_text().replace("range(200)", "range(201)"))
    command("run", "averages")
    status, said = command("store")
    assert status == 0 and "16 results" in said and "8 of them" in said
    command("store", "--remove-unused")
    assert "8 results" in command("store")[1] and "0 of them" in command("store")[1]
    entry = next((mini.state / "store").glob("*/*/result.json"))
    entry.write_text("{}")
    status, said = command("store")
    assert status == 1 and "does not have the digest" in said
