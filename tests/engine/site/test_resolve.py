"""Names in references: what there is instead, the nearest spelling, and the reference as it should be."""

import pytest

from coursenotes.discover.project import discover
from coursenotes.site.markdown import resolve
from tests.engine.rendering import opened_at, put, write


def problems(mini, page, project=False, name="concepts/try.md"):
    made = opened_at(mini, *(["straight_line.fit"] if project else []), page=page, name=name)
    return [
        *made.knowledge.problems(),
        *resolve.problems(made.knowledge, made.catalog.pages[name], made.plan if project else None),
    ]


@pytest.mark.parametrize("text, says, there, fix", [
    ("[1](measured:averages.noise.errr?n=1)", 'no metric "errr" in averages.noise', "it returns: error",
     "write measured:averages.noise.error?n=1"),
    ("[1](measured:averages.nose.error?n=1)", 'no experiment "nose" in averages', "there is: noise",
     "write measured:averages.noise.error?n=1"),
    ("[1](measured:average.noise.error?n=1)", 'no topic "average"', "there is: averages, straight_line",
     "write measured:averages.noise.error?n=1"),
    ("[1](measured:averages.noise.error?m=1)", 'no setting "m" in averages.noise', "it varies: n",
     "write measured:averages.noise.error?n=1"),
    ("[1](measured:averages.noise.error?n=90)", "is not run with n=90", "with n: 1, 100",
     "write measured:averages.noise.error?n=100"),
    ("[1](measured:averages.noise.error)", "does not say which n", "n is one of: 1, 100",
     "write measured:averages.noise.error?n=1"),
    ("[1](measured:averages.noise.error?n=1&scale=full)", "has no full scale", "it has: sample",
     "write measured:averages.noise.error?n=1"),
    ("[x](table:averages.noise?n=2)", "is not run with n=2", "with n: 1, 100", "write table:averages.noise?n=1"),
    ("![x](figure:averages.error_by)", 'no figure "error_by" in averages', "there is: error_by_n",
     "write figure:averages.error_by_n"),
    ("![x](figure:averages.nose#curves)", 'no experiment "nose"', "there is: noise",
     "write figure:averages.noise#curves"),
    ("[x](claim:averages.less_noise)", 'no claim "less_noise"', "less_noisy, is_the_mean",
     "write claim:averages.less_noisy"),
    ("[x](code:straight_line.los)", 'no class or function "los"', "loss", "write code:straight_line.loss"),
    ("[x](code:strait_line.loss)", 'no topic "strait_line"', "averages, steps, straight_line",
     "write code:straight_line.loss"),
    ("[dl2022/7@0:10]", 'no lecture "dl2022/7"', "dl2022/8, DL1v5L8, dl2022/9", "write [dl2022/"),
    ("[cs231n@0:10]", 'no lecture "cs231n"', "dl2022/8", None),
    ("[DL1v5L7@0:10]", 'no lecture "DL1v5L7"', "DL1v5L8", "write [DL1v5L8@0:10]"),
    ("[x](lecture:dl2022/88)", 'no lecture "dl2022/88"', "dl2022/8", "write lecture:dl2022/8"),
    ("[0:10:00]", "belongs to no lecture", "", "write [course/lecture@0:10:00]"),
    ("[dl2022/8@2:00:00]", "is after the end of dl2022/8, which lasts 1:36:55", "", None),
])  # fmt: skip
def test_an_unknown_name(mini, text, says, there, fix):
    found = problems(mini, f"# Try\n\n{text}\n")
    assert len(found) == 1, [str(p) for p in found]
    assert says in found[0].what and found[0].line == 3 and found[0].path == mini.docs / "concepts/try.md"
    assert there in " ".join(found[0].details)
    assert (found[0].fix is None) if fix is None else found[0].fix.startswith(fix)


def test_what_is_right_is_left_alone(mini):
    page = """---
lectures: [dl2022/8@1:08:22]
---
[1](measured:straight_line.fit.slope?rate=0) [](measured:straight_line.start.slope) [0:10:00] [DL1V5L8@0:10]

[x](code:straight_line.COLOR)

[x](table:straight_line.fit?rate=0.1)

![x](figure:straight_line.fit#curves)
"""
    assert problems(mini, page, project=True) == []


def test_metrics_are_known_from_results_where_the_code_does_not_say(mini):
    snippet = mini.snippet("straight_line")
    snippet.write_text(snippet.read_text().replace('return {"slope": slope, ', 'return {**{"slope": slope}, '))
    text = "[1](measured:straight_line.fit.slop?rate=0.1)\n"
    assert problems(mini, text) == []
    (problem,) = problems(mini, text, project=True)
    assert problem.fix == "write measured:straight_line.fit.slope?rate=0.1"


def test_a_method_is_found_inside_its_class(mini):
    layers = '"""L."""\n\n\nclass A:\n    """A."""\n\n    @property\n    def b(self):\n        return 1\n'
    write(mini.snippets / "layers.py", layers)
    site = discover(mini)
    assert resolve.code_lines(site, "layers.A.b") == (mini.snippets / "layers.py", 7, 9)
    assert resolve.code_lines(site, "layers.A") == (mini.snippets / "layers.py", 4, 9)
    assert resolve.code_lines(site, "layers.A.c") is None


@pytest.mark.parametrize("lectures, says", [
    ("[1:08:22]", "YAML reads a bare time as a number"),
    ("dl2022/8", "not a list"),
    ("[dl2022/7]", 'no lecture "dl2022/7"'),
    ("[dl2022/8@1:99]", "go to 59"),
    ("['dl2022/8@1:40:00']", "after the end"),
])  # fmt: skip
def test_the_front_matter_s_lectures(mini, lectures, says):
    (problem,) = problems(mini, f"---\ntitle: x\nlectures: {lectures}\n---\nText\n")
    assert says in problem.what and problem.line == 3


def test_values_read_from_text_become_those_declared(mini):
    info = opened_at(mini).catalog.experiments["straight_line.fit"]
    assert resolve.chosen_settings(info, {"rate": 0}) == {"rate": 0.0}
    assert resolve.chosen_settings(info, {"rate": "0.1"}) == {"rate": 0.1}


def test_every_page_is_checked_together(mini):
    project = opened_at(mini, page="[x](claim:averages.nothing)\n")
    write(mini.docs / "index.md", "[y](claim:averages.nobody)\n")
    project = opened_at(mini)
    assert {p.path.name for p in resolve.all_problems(project.knowledge)} == {"try.md", "index.md"}
    put(project, "averages.noise")
    assert len(resolve.all_problems(project.knowledge, project.plan)) == 2


@pytest.mark.parametrize("head, line, says, fix", [
    ("---\ntitle: A\n", 1, "front matter is not closed", "a line of ---"),
    ("\ufeff---\ntitle: A\n---\n", 1, "byte order mark", "without BOM"),
    ("---\ntitel: A\n---\n", 2, "no field titel:", "write title:"),
    ("---\ntitle: A\nlecture: [x/1]\n---\n", 3, "no field lecture:", "write lectures:"),
])  # fmt: skip
def test_front_matter_that_would_be_ignored(mini, head, line, says, fix):
    (found,) = problems(mini, head + "Text.\n")
    assert (found.line, found.path.name) == (line, "try.md") and says in found.what and fix in found.fix


@pytest.mark.parametrize("given, says, fix", [
    ("Tabels", 'no subject "Tabels"', "write subject: Tables"),
    ("Zoology", 'no subject "Zoology"', "add it to subjects: of the folder's index page"),
])  # fmt: skip
def test_a_subject_is_one_that_the_index_page_names(mini, given, says, fix):
    write(mini.docs / "concepts" / "index.md", "---\nsubjects: [Recommenders, Tables]\n---\nConcepts.\n")
    (found,) = problems(mini, f"---\ntitle: A\nsubject: {given}\n---\nText.\n")
    assert (found.line, found.what, found.fix) == (3, says, fix) and "Recommenders, Tables" in found.details[0]
    assert problems(mini, "---\ntitle: A\nsubject: Tables\n---\nText.\n") == []


def test_subjects_are_a_list(mini):
    (found,) = problems(mini, "---\ntitle: A\nsubjects: Tables\n---\nText.\n")
    assert found.line == 3 and "not a list" in found.what


@pytest.mark.parametrize("text", ["Text.\n", "---\n\nA rule, and text.\n", "---\ntitle: A\ntags: [x]\n---\nText.\n"])
def test_front_matter_may_be_left_out_and_hold_more(mini, text):
    assert problems(mini, text) == []


def test_a_title_holds_no_html(mini):
    """The theme writes it as it is: a tag that is not closed would reach to the end of the page."""
    (found,) = problems(mini, "---\ntitle: The <b>bold\ndescription: 1 < 2 and a<b is no tag\n---\nWords.\n")[:1]
    assert found.what.startswith("title: holds HTML") and found.line == 2
    assert not problems(mini, "---\ntitle: 1 < 2\n---\nWords.\n")


def test_an_old_name_is_told_with_the_new_one(mini):
    path = mini.docs / "concepts/straight_line.md"
    head = "---\nrenamed:\n  claim:slope: finds_the_slope\n  experiment:noisy: averages.noise\n"
    path.write_text(path.read_text().replace("---\n", head, 1))
    text = (
        "[a](claim:straight_line.slope) [1](measured:straight_line.noisy.error?n=1)\n\n[t](table:straight_line.noisy)"
    )
    assert [(p.what, p.fix) for p in problems(mini, text)] == [
        ("the claim straight_line.slope has a new name", "write claim:straight_line.finds_the_slope"),
        ("the experiment straight_line.noisy has a new name", "write measured:averages.noise.error?n=1"),
        ("the experiment straight_line.noisy has a new name", "write table:averages.noise"),
    ]
