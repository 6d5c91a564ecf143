"""Corrections on pages: their parts, their addresses, and their evidence."""

from datetime import date

import pytest

from coursenotes.errors import CoursenotesError
from tests.engine.rendering import opened_at, render

PAGE = """---
title: Try
lectures: ["dl2022/8@0:01:00", dl2022/9]
---
# Try

Before it [0:02:00].

## The kernel

Now at [0:50:00].

!!! erratum "“Nine *weights*” in [the kernel](claim:averages.is_the_mean) [0:51:02]"
    He says six.

    - a list [](claim:averages.less_noisy)

Text between.

!!! refuted "No time here"
    See [lesson 9](lecture:dl2022/9).

    To check: count `them`.

```text
!!! erratum "In code"
    Nothing.
```

???+ correction "No time here"
    Until 2026-11-21 this page said [0.5](measured:averages.noise.error?n=1), not so.
"""


def errata(project, name="concepts/try.md"):
    return [box for box in project.knowledge.errata if box.page.name == name]


def problems(project):
    return [str(problem) for problem in project.knowledge.problems()]


def test_every_box_is_found_with_what_it_says(mini):
    first, second, third = errata(opened_at(mini, page=PAGE))
    assert [box.kind for box in (first, second, third)] == ["erratum", "refuted", "correction"]
    assert [box.line for box in (first, second, third)] == [13, 20, 30]
    assert first.plain_title == "“Nine weights” in the kernel" and first.section == "The kernel"
    assert first.text == "He says six.\n\n- a list [](claim:averages.less_noisy)"
    assert [r.name for r in first.shown_by] == ["averages.is_the_mean", "averages.less_noisy"]
    assert second.text.endswith("To check: count `them`.") and not second.shown_by and second.to_check
    assert third.day == date(2026, 11, 21) and first.day is None


def test_the_lecture_and_second_are_those_that_it_names_or_the_pages(mini):
    first, second, third = errata(opened_at(mini, page=PAGE))
    assert (first.lecture.id, first.seconds, first.near) == ("dl2022/8", 3062, 3062)
    assert (second.lecture.id, second.seconds, second.near) == ("dl2022/9", None, 0)
    assert (third.lecture.id, third.seconds, third.near) == ("dl2022/8", None, 3062)  # as named last before it


def test_a_box_before_any_time_stands_at_the_second_of_the_front_matter(mini):
    page = '---\nlectures: ["dl2022/8@0:01:00"]\n---\n!!! erratum "A"\n    To check: b.\n'
    (box,) = errata(opened_at(mini, page=page))
    assert (box.seconds, box.near, box.section) == (None, 60, "")


def test_each_has_an_address_of_its_own_on_the_page(mini):
    project = opened_at(mini, "averages.noise", page=PAGE + '\n!!! refuted "No time here!"\n    To check: it.\n')
    anchors = [box.anchor for box in errata(project)]
    assert anchors == [
        "erratum-nine-weights-in-the-kernel", "refuted-no-time-here", "correction-no-time-here",
        "refuted-no-time-here-2",
    ]  # fmt: skip
    html = render(project)
    for box in errata(project):
        tag = "details" if box.kind == "correction" else "div"
        assert f'<{tag} class="{"admonition " * (tag == "div")}{box.kind}" id="{box.anchor}"' in html or (
            f'<{tag} class="{box.kind}" id="{box.anchor}" open="open">' in html
        ), html


def test_one_that_the_reader_does_not_see_is_a_problem_of_the_page(mini):
    project = opened_at(mini, page='<div markdown>\n!!! erratum "A"\n    To check: b.\n</div>\n\n<!-- x -->\n')
    assert len(errata(project)) == 1
    assert 'id="erratum-a"' in render(project)
    project = opened_at(mini, page='Text\n!!! erratum "A"\n    To check: b.\n\n<pre>\n!!! erratum "B"\n</pre>\n')
    with pytest.raises(CoursenotesError, match=r"1 corrections are rendered, and 2 found"):
        render(project)


@pytest.mark.parametrize(
    "shown",
    ["[](claim:averages.less_noisy)", "[0.80](measured:averages.noise.error?n=1)", "[x](https://arxiv.org/abs/1)",
     "As in [@srivastava2014].", "To check: count them.", "Or\n    To check: count them.",
     "It runs:\n\n    ```{.python .run}\n    print(1)\n    ```", "Code:\n\n    [x](code:averages.average)\n",
     "Table:\n\n    [x](table:averages.noise)\n"],
)  # fmt: skip
def test_what_shows_that_one_is_right(mini, shown):
    project = opened_at(mini, page=f'---\ntitle: Try\n---\n!!! erratum "A slip"\n    {shown}\n')
    assert not [p for p in problems(project) if "nothing shows" in p]


@pytest.mark.parametrize(
    "text", ["He says six.", "At [dl2022/8@0:51:02].", "[Elsewhere](averages.md).", "It is To check: no.", "`[@a]`"]
)
@pytest.mark.parametrize("kind", ["erratum", "refuted", "correction"])
def test_one_that_nothing_shows_is_a_problem(mini, kind, text):
    project = opened_at(mini, page=f'---\ntitle: Try\n---\nText.\n\n!!! {kind} "A slip, 2026-11-21"\n    {text}\n')
    (found,) = [p for p in problems(project) if "nothing shows" in p]
    assert f"try.md:6: nothing shows that this {kind} is right: A slip" in found and "To check:" in found


def test_what_follows_a_box_does_not_show_it(mini):
    page = '---\ntitle: Try\n---\n!!! erratum "A slip"\n    Six.\n\nText [](claim:averages.less_noisy).\n'
    assert [p for p in problems(opened_at(mini, page=page)) if "nothing shows" in p]


def test_somebodys_own_version_need_not_show_it(mini):
    page = '---\ntitle: Try\n---\n!!! erratum "A slip"\n    Six.\n'
    project = opened_at(mini, page=page, name="lessons/dl2022/lesson8/ana.md")
    assert errata(project, "lessons/dl2022/lesson8/ana.md")
    assert not [p for p in problems(project) if "nothing shows" in p]


def test_a_transcript_whose_text_is_not_shown_gives_none(mini):
    page = '---\ntitle: Try\nkind: transcript\npublish: index\n---\n!!! erratum "A slip"\n    Six.\n'
    project = opened_at(mini, page=page, name="lessons/dl2022/lesson8/ana.md")
    assert not errata(project, "lessons/dl2022/lesson8/ana.md")
    assert 'id="erratum' not in render(project, "lessons/dl2022/lesson8/ana.md")


@pytest.mark.parametrize(("words", "good"), [("Until 2026-11-21", True), ("Until 2026-13-21", False), ("Once", False)])
def test_a_correction_says_when(mini, words, good):
    project = opened_at(mini, page=f'---\ntitle: Try\n---\n!!! correction "Ours"\n    {words}. To check.\n')
    assert bool([p for p in problems(project) if "the day on which it was made" in p]) != good


def test_boxes_for_contributors_are_not_errata(mini):
    project = opened_at(mini, page='# A\n\n!!! erratum "Try"\n    Six.\n', name="contribute/try.md")
    assert not errata(project, "contribute/try.md") and 'id="erratum' not in render(project, "contribute/try.md")
