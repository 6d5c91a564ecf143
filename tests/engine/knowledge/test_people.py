"""The people of the notes: the fields of their file, and mistakes in it."""

from pathlib import Path

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.knowledge.credit.people import ID, load, made_id

GOOD = """
ana_lima:
  name: Ana Lima
  url: https://example.org/ana
  github: ana-l
  orcid: 0000-0002-1825-0097
  affiliation: a school
group:
  name: The contributors
  group: true
"""


def problems(tmp_path, text):
    (tmp_path / "people.yml").write_text(text)
    with pytest.raises(CoursenotesError) as error:
        load(tmp_path / "people.yml")
    return error.value.problems


def test_people_by_id(tmp_path):
    (tmp_path / "people.yml").write_text(GOOD)
    people = load(tmp_path / "people.yml")
    ana = people.get("ana_lima")
    assert (ana.name, ana.affiliation, ana.group, ana.line) == ("Ana Lima", "a school", False, 2)
    assert list(ana.addresses.items()) == [
        ("website", "https://example.org/ana"), ("GitHub", "https://github.com/ana-l"),
        ("ORCID", "https://orcid.org/0000-0002-1825-0097"),
    ]  # fmt: skip
    assert people.get("group").group and people.get("group").addresses == {} and people.get("bo") is None


def test_an_id_that_nobody_has(tmp_path):
    (tmp_path / "people.yml").write_text(GOOD)
    people = load(tmp_path / "people.yml")
    assert not list(people.unknown("group", tmp_path, 3))
    (near,) = people.unknown("ana_lime", tmp_path / "a.md", 3)
    assert (near.path, near.line, near.fix) == (tmp_path / "a.md", 3, "write authors: [ana_lima]")
    assert "'ana_lime'" in near.what and near.details == ("there is: ana_lima, group",)
    assert next(people.unknown("Ana Lima", tmp_path, 1)).fix == "write authors: [ana_lima]"
    assert next(people.unknown("Zoë Q.", tmp_path, 1)).fix == "add zoe_q to docs/people.yml"


def test_no_file_nobody_is_missed():
    people = load(Path("/nowhere/people.yml"))
    assert people.all == {} and not list(people.unknown("ana", Path("a.md"), 3))


def test_an_empty_file_misses_everybody(tmp_path):
    (tmp_path / "people.yml").write_text("# nobody yet\n")
    (problem,) = load(tmp_path / "people.yml").unknown("ana", tmp_path / "a.md", 3)
    assert problem.details == ("there is: none",)


@pytest.mark.parametrize("text, line, says, fix", [
    ("ana:\n  url: https://example.org\n", 1, "ana has no name", "name: …"),
    ("ana:\n  name: A\n  githup: a\n", 3, "no field 'githup'", "write github:"),
    ("Ana Lima:\n  name: A\n", 1, "'Ana Lima' is not an id", "write ana_lima:"),
    ("ana:\n  name: A\n  url: example.org\n", 3, "url of ana is not a web address", None),
    ("ana:\n  name: A\n  github: '@ana'\n", 3, "not a GitHub name", None),
    ("ana:\n  name: A\n  orcid: 0000-0002-1825-0098\n", 3, "not an ORCID iD", None),
    ("ana:\n  name: A\n  group: maybe\n", 3, "neither true nor false", None),
    ("ana:\n  name: [A, B]\n", 2, "name of ana is not a text", None),
    ("ana:\n  name: A\nbo:\n  name: a\n", 3, "bo has the name of ana", "one entry"),
    ("ana: {name: A}\nana: {name: B}\n", 2, "appears twice", None),
    ("- ana\n", 1, "not a mapping", None),
    ("ana: [\n", 2, "not YAML", None),
])  # fmt: skip
def test_problems_report_the_line(tmp_path, text, line, says, fix):
    found = problems(tmp_path, text)
    hit = [p for p in found if says in p.what]
    assert hit and hit[0].line == line and hit[0].path == tmp_path / "people.yml", [str(p) for p in found]
    assert fix is None or fix in hit[0].fix


def test_every_problem_is_reported(tmp_path):
    assert len(problems(tmp_path, "a:\n  x: 1\nb:\n  y: 1\n")) == 4


@pytest.mark.parametrize(("name", "id"), [
    ("ana_lima", "ana_lima"), ("Ana Lima", "ana_lima"), (" @ANA-L ", "ana_lima"),
    ("Ana", None), ("", None), ("@", None),
])  # fmt: skip
def test_somebody_is_found_by_id_name_or_github(tmp_path, name, id):
    path = tmp_path / "people.yml"
    path.write_text("bo: {name: Bo}\nana_lima: {name: Ana Lima, github: ana-l}\n")
    assert load(path).called(name) == id


@pytest.mark.parametrize(("name", "id"), [("Ana Lima", "ana_lima"), ("3 Blue", "by_3_blue"), ("…", "by_somebody")])
def test_an_id_is_made_of_a_name(name, id):
    assert made_id(name) == id and ID.fullmatch(made_id(name))
