"""Courses and lectures: their names, their videos, and mistakes in the file."""

from pathlib import Path

import pytest

from coursenotes.build import check
from coursenotes.discover.catalog import PageInfo
from coursenotes.errors import CoursenotesError
from coursenotes.knowledge.lectures.lectures import load
from coursenotes.project import Project
from tests.engine.rendering import COURSES, opened_at, write

GOOD = """
dl2022:
  title: Practical Deep Learning 2022
  url: https://course.fast.ai
  lectures:
    8:
      title: Convolutions
      video: htiNBPxcXgo
      duration: 1:36:55
      codes: [DL1v5L8, "PDL22-8"]
    9:
      title: Own file
      video: https://example.org/nine.mp4
    10:
      title: Never filmed
dl2018:
  title: Cutting Edge
  lectures:
"""


@pytest.fixture
def lectures(tmp_path):
    (tmp_path / "courses.yml").write_text(GOOD)
    return load(tmp_path / "courses.yml")


def problems(tmp_path, text):
    (tmp_path / "courses.yml").write_text(text)
    with pytest.raises(CoursenotesError) as error:
        load(tmp_path / "courses.yml")
    return error.value.problems


@pytest.mark.parametrize("name", ["dl2022/8", "DL2022/8", "DL1v5L8", "dl1V5l8", "pdl22-8"])
def test_a_lecture_is_found_by_each_of_its_names(lectures, name):
    lecture = lectures.get(name)
    assert (lecture.id, lecture.title, lecture.line) == ("dl2022/8", "Convolutions", 6)


def test_a_length_without_quotes_is_not_a_number(lectures):
    assert lectures.get("dl2022/8").seconds == 1 * 3600 + 36 * 60 + 55
    assert lectures.get("dl2022/9").seconds is None


def test_addresses_of_seconds(lectures):
    assert lectures.get("dl2022/8").watch(4102) == "https://www.youtube.com/watch?v=htiNBPxcXgo&t=4102s"
    assert lectures.get("dl2022/8").watch() == "https://www.youtube.com/watch?v=htiNBPxcXgo"
    assert lectures.get("dl2022/9").watch(7) == "https://example.org/nine.mp4#t=7"
    assert lectures.get("dl2022/10").watch(7) == ""


def page(name, lectures=()):
    return PageInfo(Path(name), name, "", {"lectures": lectures}, ())


def test_the_lecture_of_a_page(lectures):
    assert lectures.of_page(page("lessons/dl2022/lesson8.md", ["dl2022/9@0:10"])).id == "dl2022/8"
    assert lectures.of_page(page("lessons/dl2022/8.md")).id == "dl2022/8"
    assert lectures.of_page(page("concepts/dropout.md", ["dl2022/9@0:10"])).id == "dl2022/9"
    assert lectures.of_page(page("concepts/dropout.md", ["pdl22-8", "dl2022/9"])).id == "dl2022/8"
    assert lectures.of_page(page("concepts/dropout.md")) is None
    assert lectures.of_page(page("lessons/dl2022/overview.md")) is None


def test_names_and_what_comes_near(lectures):
    assert lectures.get("dl2022/7") is None
    assert lectures.nearest("DL1v5L9") == "DL1v5L8"
    assert lectures.nearest("nothing like it") is None
    assert [course.title for course in lectures.courses.values()] == ["Practical Deep Learning 2022", "Cutting Edge"]


def test_no_file_no_courses():
    assert load(Path("/nowhere/courses.yml")).names() == []


@pytest.mark.parametrize("text, line, says, fix", [
    ("dl:\n  lectures: {}\n", 1, "has no title", "title:"),
    ("dl:\n  titel: A\n", 2, "no field 'titel'", "title:"),
    ("dl:\n  title: A\n  lectures:\n    8:\n      video: x\n", 4, "has no title", "title:"),
    ("dl:\n  title: A\n  lectures:\n    8:\n      title: B\n      duration: 1:99:00\n", 6, "go to 59", "2:39:00"),
    ("dl:\n  title: A\n  lectures:\n    8: {title: B}\n    8: {title: C}\n", 5, "appears twice", None),
    ("dl:\n  title: A\n  lectures:\n    8: {title: B, codes: [X]}\n    9: {title: C, codes: [x]}\n", 5,
     "names two lectures", None),
    ("dl:\n  title: A\n  lectures:\n    8: {title: B, codes: ['a b']}\n", 4, "before an @", "letters"),
    ("dl:\n  title: A\n  lectures:\n    8:\n      title: [B, c]\n", 5, "title of the lecture dl/8 is not a text", '"'),
    ("dl:\n  title: A\n  license: {by: x}\n", 3, "the license of dl is not a text", '"'),
    ("dl:\n  title: ~\n", 2, "title is ~, which YAML reads as nothing", '"~"'),
    ("- dl\n", 1, "not a mapping", None),
    ("dl: [\n", 2, "not YAML", None),
])  # fmt: skip
def test_problems_report_the_line(tmp_path, text, line, says, fix):
    found = problems(tmp_path, text)
    hit = [p for p in found if says in p.what]
    assert hit and hit[0].line == line and hit[0].path == tmp_path / "courses.yml", [str(p) for p in found]
    assert fix is None or fix in hit[0].fix


def test_a_mistake_hides_no_other_problem(mini):
    project = opened_at(mini, page="---\nauthors: ana\n---\n\n# T\n\nAt [dl2022/8@0:01:00] [](term:nothing).\n")
    (mini.docs / "courses.yml").write_text(COURSES.replace("video:", "vidoe:"))
    found = [problem.what for problem in check.static(Project(project.catalog))]
    assert "the lecture dl2022/8 has no field 'vidoe'" in found and "authors: is not a list" in found
    assert any("no term" in what for what in found) and not any("no lecture" in what for what in found)
    (mini.docs / "courses.yml").write_text("a: [")
    found = [problem.what for problem in check.static(Project(project.catalog))]
    assert len([what for what in found if what.startswith("not YAML")]) == 1


def test_every_problem_is_reported(tmp_path):
    assert len(problems(tmp_path, "a:\n  x: 1\nb:\n  y: 1\n")) == 4


def test_what_a_front_matter_names_is_read_in_its_order(lectures):
    named = page("concepts/a.md", ["dl2022/9", "DL1v5L8@1:02", "dl2022/8@0:61:00", "dl2022/77", 8])
    assert [(lecture.id, seconds) for lecture, seconds in lectures.in_front(named)] == [
        ("dl2022/9", None), ("dl2022/8", 62),
    ]  # fmt: skip
    assert lectures.in_front(page("concepts/a.md", "dl2022/8")) == lectures.in_front(page("concepts/a.md")) == []


def test_a_reference_names_a_lecture_or_that_of_its_page(lectures, mini):
    write(mini.docs / "concepts/new.md", '---\ntitle: New\nlectures: ["dl2022/9"]\n---\nText.\n')
    page = opened_at(mini).catalog.pages["concepts/new.md"]
    found = [lectures.named(target, page) for target in ("@0:01:02", "dl2022/8@1:00", "dl2022/8", "dl2022/77")]
    assert [(lecture and lecture.id, seconds) for lecture, seconds in found] == [
        ("dl2022/9", 62), ("dl2022/8", 60), ("dl2022/8", None), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("field, says", [
    ("released: 2027-06-01", "has no field 'released'"),  # nearly release:, and would have hidden nothing
    ("date: soon", "date of the lecture dl2022/8: soon is not a date"),
])  # fmt: skip
def test_a_date_is_a_day_and_a_misspelled_release_is_reported(mini, field, says):
    (mini.docs / "courses.yml").write_text(
        COURSES.replace("title: Convolutions", f"title: Convolutions\n      {field}")
    )
    with pytest.raises(CoursenotesError, match=says):
        load(mini.courses)
