"""YAML files by their lines."""

import pytest

from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problems


@pytest.fixture
def file(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "a.yml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def read(path, problems, known=()):
    return [
        (name, written(node), line) for name, node, line in pairs(root(path, problems), path, problems, "it", known)
    ]


def test_values_stay_as_they_are_written(file):
    problems = Problems()
    found = read(file('# first\n8: 1:08:22\nday: 2022-07-21\nlist: [on, "b"]\nin:\n  07: no\n'), problems)
    assert found == [
        ("8", "1:08:22", 2), ("day", "2022-07-21", 3), ("list", ["on", "b"], 4), ("in", {"07": "no"}, 5),
    ]  # fmt: skip
    assert not problems.all


@pytest.mark.parametrize("text", ["", "# nothing\n", "''\n"])
def test_an_empty_file_has_nothing(file, text):
    problems = Problems()
    assert read(file(text), problems) == [] and not problems.all


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: [\n", 3, "not YAML"),
        (b"a: \xff\n", None, "not YAML"),
        ("\n- a\n", 2, "it: not a mapping"),
        ("a: 1\n'a': 2\n", 2, "it: a appears twice"),
    ],
)
def test_mistakes_have_their_lines(file, text, line, what):
    problems = Problems()
    read(file(text), problems)
    (problem,) = problems.all
    assert (problem.line, problem.what[: len(what)]) == (line, what)


def test_an_unknown_field_is_left_out_and_the_nearest_one_named(file):
    problems = Problems()
    assert read(file("titel: x\nurl: y\n"), problems, ("title", "url")) == [("url", "y", 2)]
    assert problems.all[0].fix == "write title:" and problems.all[0].line == 1


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\ntitle: ~\n", 2, "it: title is ~, which YAML reads as nothing"),
        ("title: null\n", 1, "it: title is null, which YAML reads as nothing"),
        ("a: &x {b: c}\n<<: *x\n", 2, "it: merges fields with <<:"),
        ("a: &x b\ntitle: *x\n", 2, "it: title repeats a value by a name with *"),
    ],
)
def test_values_that_yaml_would_silently_replace_are_reported(file, text, line, what):
    problems = Problems()
    read(file(text), problems)
    (problem,) = problems.all
    assert (problem.line, problem.what) == (line, what) and problem.fix
