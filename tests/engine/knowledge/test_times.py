"""The times at which each topic is treated, and the timestamp index."""

import re

import pytest

from coursenotes.discover.project import discover
from coursenotes.discover.text.addresses import write_time
from coursenotes.project import Project
from coursenotes.site import reference
from coursenotes.site.reference import times as timestamp_index
from tests.engine.rendering import COURSES, opened_at, render, texts, whole, write

AVERAGES, LINE = "concepts/averages.md", "concepts/straight_line.md"
COURSES = COURSES.replace("title: Practical Deep Learning 2022", "title: Practical Deep Learning 2022\n  year: 2022")


@pytest.fixture
def tell(mini):
    """A function that writes a lesson and returns the times of each concept: "averages 0:01:00" for each."""

    def told(lesson: str, **files: str) -> list[str]:
        write(mini.docs / "lessons/dl2022/lesson8.md", f"---\ntitle: Lesson 8\n---\n{lesson}\n")
        for name, text in files.items():
            write(mini.docs / f"concepts/{name}.md", text)
        opened = project(mini)
        found = opened.knowledge.times
        return [
            f"{timestamp_index.topic(name)} {write_time(second)}"
            for name, places in found.topics.items()
            for _, second in dict.fromkeys((place.lecture, place.seconds) for place in places)
        ]

    return told


def project(mini) -> Project:
    opened_at(mini)
    write(mini.courses, COURSES)
    return Project(discover(mini))


NAMES = {
    "a page": "[averages](../../concepts/averages.md)",
    "an address": "[averages](../../../concepts/averages/)",
    "a number": "[0.80](measured:averages.noise.error?n=1)",
    "a claim": "[](claim:averages.less_noisy)",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_time_belongs_to_what_its_sentence_names(tell, name):
    assert tell(f"Here is {name} [0:01:00]. There is [a line](../../concepts/straight_line.md) [0:02:00].") == [
        "averages 0:01:00", "straight_line 0:02:00",
    ]  # fmt: skip


def test_a_sentence_may_name_several_and_run_over_lines(tell):
    sentence = "From [averages](claim:averages.less_noisy),\ne.g. of points, to\n[lines](claim:straight_line.any_rate)"
    assert tell(f"{sentence} [0:01:00].") == ["averages 0:01:00", "straight_line 0:01:00"]  # fmt: skip


def test_where_the_sentence_names_none_the_paragraph_must_name_one_alone(tell):
    one = "He asks [0:01:00]. He answers [](claim:averages.less_noisy)."
    assert tell(one) == ["averages 0:01:00"]
    assert tell(f"{one} And so on [](claim:straight_line.any_rate).") == []
    assert tell(f"{one}\n\nAnd so on [](claim:straight_line.any_rate).") == ["averages 0:01:00"]


def test_a_time_belongs_to_what_is_named_since_the_time_before_it(tell):
    several = "As [averages](claim:averages.less_noisy) [0:01:00], so [lines](claim:straight_line.any_rate) [0:02:00]."
    assert tell(several) == ["averages 0:01:00", "straight_line 0:02:00"]
    assert tell(several.replace("[lines](claim:straight_line.any_rate)", "it")) == [
        "averages 0:01:00",
        "averages 0:02:00",
    ]


def test_advice_in_a_list_is_not_of_the_concept_that_its_section_names(tell):
    named = "## Part\n\nOne made [averages](claim:averages.less_noisy)."
    assert tell(f"{named}\n\nHe asks [0:01:00].") == ["averages 0:01:00"]
    assert tell(f"{named}\n\n| at | advice |\n|---|---|\n| [0:01:00] | sleep |\n") == []
    assert tell(f"{named}\n\n- Sleep well [0:01:00].\n- Eat well [0:02:00].\n") == []


def test_where_the_paragraph_names_none_the_section_must_name_one_alone(tell):
    one = "## Part\n\nHe asks [0:01:00].\n\nHe answers [](claim:averages.less_noisy).\n"
    assert tell(one) == ["averages 0:01:00"]
    assert tell(f"{one}\nAnd so on [](claim:straight_line.any_rate).") == []
    assert tell(f"{one}\n## Next\n\nAnd so on [](claim:straight_line.any_rate).") == ["averages 0:01:00"]


def test_rows_items_and_the_titles_of_boxes_stand_for_themselves(tell):
    rows = "| a | b |\n|---|---|\n| [0:01:00] | [x](../../concepts/averages.md) |\n| [0:02:00]. | no more |\n"
    assert tell(f"{rows}| [0:03:00] | [y](../../concepts/straight_line.md) |") == [
        "averages 0:01:00", "straight_line 0:03:00",
    ]  # fmt: skip
    items = "- [0:01:00] [x](../../concepts/averages.md)\n- [0:02:00] [y](../../concepts/straight_line.md)\n"
    assert tell(items) == ["averages 0:01:00", "straight_line 0:02:00"]
    box = '!!! erratum "Not so [0:01:00]"\n    That was [](claim:averages.less_noisy) [0:02:00].\n'
    assert tell(box) == ["averages 0:01:00", "averages 0:02:00"]


def test_times_that_are_no_times_or_in_code_belong_to_none(tell):
    assert tell("In `[0:01:00]` of [averages](../../concepts/averages.md), see \\[0:02:00].") == []


def test_a_concepts_own_page_tells_by_its_front_matter_and_its_text(tell):
    page = (
        '---\ntitle: Means\nlectures: ["dl1v5l8@0:10:00", dl2022/9]\n---\n'
        "One [0:11:00], two [dl2022/9@1:12:00].\n\n## More {#rest}\n\n[Three](lecture:dl2022/8@0:09:00).\n"
    )
    assert tell("", means=page) == ["means 0:09:00", "means 0:10:00", "means 0:11:00", "means 1:12:00"]


def test_a_place_reports_where_it_is_and_what_is_said_there(mini):
    write(
        mini.docs / "lessons/dl2022/lesson8.md",
        "# L\n\n## The mean\n\n"
        "Few are **enough**, for `n` of [two](claim:averages.less_noisy) [0:01:00]; more, better [0:02:00] [0:03:00]",
    )
    places = project(mini).knowledge.times.topics[AVERAGES]
    assert [(p.seconds, p.line, p.heading, p.anchor) for p in places] == [
        (second, 5, "The mean", "the-mean") for second in (60, 120, 180)
    ]
    assert [p.words for p in places] == ["Few are enough, for n of two", "more, better", "more, better"]


# ---------------------------------------------------------------- the page
def test_the_index_lists_topics_lectures_seconds_and_notes(mini):
    write(
        mini.docs / "lessons/dl2022/lesson8.md",
        "---\ntitle: Lesson 8\n---\n# L\n\n## Part\n\nSo [](claim:averages.less_noisy) [0:01:00] [dl2022/9@0:02:00].\n",
    )
    opened = project(mini)
    html = render(
        opened, timestamp_index.NAME, texts(reference.pages(opened))[timestamp_index.NAME].partition("---\n\n")[2]
    )
    assert re.findall(r'<h2 id="([^"]+)">', html) == ["averages", "straight_line"]
    part = html.partition('id="straight_line"')[0]
    assert "https://www.youtube.com/watch?v=htiNBPxcXgo&amp;t=60s" in part
    assert 'id="averages.dl2022.8.0.01.00"' in part
    assert '<a href="../../lessons/dl2022/lesson8/">Lecture 8 (2022): Convolutions</a>' in part
    assert "Lecture 9 (2022): Never filmed" in part
    assert '<span class="cn-time" id="averages.dl2022.9.0.02.00">0:02:00</span>' in part, "without a video, no link"
    assert '<a href="../../lessons/dl2022/lesson8/#part">Part</a>' in part
    assert '<a href="../../concepts/averages/">Averages</a>' in part


LESSON = "---\ntitle: L\n---\n# L\n\nWith [averages](claim:averages.less_noisy), noise is less [0:01:00]{}\n"
MEANS = """---
title: Means
lectures: [dl2022/8]
---
Why?

Say [@a2000] that {} [0:01:00].

## Sources

In the lecture: {} [0:01:00].
"""


@pytest.mark.parametrize(("page", "text", "phrase"), [
    ("lessons/dl2022/lesson8.md", LESSON.format("."), "With averages, noise is less"),
    ("lessons/dl2022/lesson8.md", LESSON.format(", and with $x^2$, [0:02:00]."), "With x²"),
    ("concepts/means.md", MEANS.format("it is", "the mean of many"), "The mean of many"),
    ("concepts/means.md", MEANS.format("it is", "`nn.Mean` again"), "nn.Mean again"),
    ("concepts/means.md", MEANS.format("it is", "why"), "Why"),
    ("concepts/means.md", MEANS.format("word " * 30, "").replace("In the lecture:  [0:01:00].", ""), "Say that word"),
    ("concepts/means.md", '---\ntitle: Means\nlectures: ["dl2022/8@0:01:00"]\n---\nWhy?\n', "Means"),
])  # fmt: skip
def test_every_time_has_a_phrase(mini, page, text, phrase):
    write(mini.docs / page, text)
    opened = project(mini)
    html = texts(reference.pages(opened))[timestamp_index.NAME]
    found = re.findall(r'<li><a class="cn-time"[^>]*>[\d:]+</a> ([^<]*)</li>', html)
    assert found and found[-1].startswith(phrase) and all(len(each) <= 100 for each in found), found


def test_a_topic_of_no_second_is_listed_without_one(mini):
    html = texts(reference.pages(project(mini)))[timestamp_index.NAME]
    assert "## Averages {#averages}" in html and "cn-time" not in html.replace("cn-times", "")


def test_topics_are_filed_under_their_first_word_of_meaning(mini):
    write(mini.docs / "concepts/zoo.md", "---\ntitle: A bias\n---\nWhy?\n")
    found = re.findall(r"## (.*) \{", texts(reference.pages(project(mini)))[timestamp_index.NAME])
    assert found == ["Averages", "A bias", "A straight line"]


def test_a_site_without_concepts_has_no_index(mini):
    opened = project(mini)
    opened.catalog.pages = {name: page for name, page in opened.catalog.pages.items() if "concepts/" not in name}
    assert timestamp_index.NAME not in texts(reference.pages(opened))


def test_what_is_not_listed_is_not_in_the_index(mini):
    write(mini.docs / "concepts/hush.md", "---\ntitle: Hush\nvisibility: unlisted\n---\nHush [dl2022/8@0:05:00].\n")
    write(
        mini.docs / "lessons/dl2022/own.md",
        "---\ntitle: Own\nvisibility: unlisted\nlectures: [dl2022/8]\n---\n[](claim:averages.less_noisy) [0:06:00].\n",
    )
    write(
        mini.docs / "lessons/dl2022/lesson8.md",
        "---\ntitle: L\n---\nAs [](claim:averages.less_noisy) [dl2023/1@0:07:00].",
    )
    opened_at(mini)
    write(
        mini.courses,
        COURSES + "dl2023:\n  title: Next\n  visibility: unlisted\n  lectures:\n    1:\n      title: New\n",
    )
    text = texts(reference.pages(Project(discover(mini))))[timestamp_index.NAME]
    assert (
        "Hush" not in text and "Own" not in text and "New" not in text and "cn-time" not in text.replace("cn-times", "")
    )


def test_the_index_is_a_page_of_the_site(mini):
    site = whole(project(mini))
    assert "Timestamp index" in (site / "reference/times/index.html").read_text()
