"""References and times, rendered by Python-Markdown with the extensions that the site uses."""

import re
import shutil

import pytest

from coursenotes.errors import CoursenotesError
from coursenotes.site.markdown import source_url
from coursenotes.site.markdown.tables import headed
from tests.engine.rendering import opened_at, put, render, result

FIT = "straight_line.fit"


def page(mini, text, *experiments, name="concepts/try.md", **options):
    return render(opened_at(mini, *experiments, page=text, name=name), name, **options)


def problems(mini, text, *experiments, rendered=None):
    project = opened_at(mini, *experiments, page=text)
    with pytest.raises(CoursenotesError) as error:
        render(project, text=rendered)
    return [str(p) for p in error.value.problems]


def test_a_number_links_to_its_evidence_and_says_where_it_comes_from(mini):
    html = page(mini, f"It is [7](measured:{FIT}.slope?rate=0.5).", FIT)
    assert re.match(r'<p>It is <a [^>]*class="cn-measured"[^>]*>1\.960<span class="cn-tip"', html)
    assert 'href="../../evidence/straight_line.fit/"' in html and html.endswith("</a>.</p>")
    tip = re.findall(r'cn-tip__line">([^<]*)<', html)
    assert re.fullmatch(r"1\.9\d+ ± 0\.0\d+ over 20 seeds; here 1\.960", tip[0]), "the mini site is replicated"
    assert tip[1:4] == ["5 seeds, sample scale", "CPU", "2026-11-20"]
    assert tip[4] == "numpy 2.4.6" and re.fullmatch(r"[0-9a-f]{12}", tip[5])
    tip_id = re.search(r'aria-describedby="([^"]+)"', html)[1]
    assert f'id="{tip_id}"' in html and 'role="tooltip"' in html


def test_a_number_without_a_replication_has_the_spread_that_was_measured(mini):
    shutil.rmtree(mini.published)
    html = page(mini, f"It is [7](measured:{FIT}.slope?rate=0.5).", FIT)
    assert '__line">mean 1.960 ± 0.016 (standard deviation)<' in html


def test_the_value_is_measured_whatever_the_text_says(mini):
    assert ">1.960<" in page(mini, f"[no number](measured:{FIT}.slope?rate=0.5)", FIT)
    assert ">196.0\u202f%<" in page(mini, f"[1%](measured:{FIT}.slope?rate=0.5)", FIT)


def test_the_way_to_the_root_depends_on_the_page(mini):
    text = f"[7](measured:{FIT}.slope?rate=0.5)"
    assert 'href="evidence/straight_line.fit/"' in page(mini, text, FIT, name="index.md")
    assert 'href="../../../evidence/' in page(mini, text, FIT, name="lessons/dl2022/lesson8.md")


def test_what_was_not_run_is_said_in_its_place(mini):
    html = page(mini, f"[7](measured:{FIT}.slope?rate=0.5)\n\n[T](table:{FIT})\n\n![](figure:straight_line.starts)")
    assert html.count('class="cn-missing">not yet run<') == 3 and ">7<" not in html


def test_results_of_older_code_are_shown_as_such(mini):
    project = opened_at(mini, FIT, page=f"[7](measured:{FIT}.slope?rate=0.5)\n\n[T](table:{FIT})")
    project.plan.results(FIT, "sample").stale = "loss changed"
    html = render(project)
    assert "cn-measured--stale" in html and html.count("measured with older code: loss changed") == 2
    assert ">1.960<" in html


def test_runs_that_diverged(mini):
    project = opened_at(mini, page=f"[7](measured:{FIT}.slope?rate=0.5)")
    put(project, FIT, make=lambda s, seed: result(s, seed) if seed else _diverged(s))
    assert ">diverged in 1 of 5 seeds<" in render(project)


def _diverged(settings):
    made = result(settings, 0)
    return type(made)({**made.metrics, "slope": float("nan")}, made.curves, made.arrays, made.texts, made.provenance)


def test_a_table_has_settings_metrics_and_spreads(mini):
    html = page(mini, f"[All rates](table:{FIT})", FIT)
    assert html.startswith('<div class="cn-table" role="group" aria-label="All rates" tabindex="0"><table><caption>')
    assert re.findall(r'<th scope="col">([^<]*)', html) == ["rate", "error", "loss", "slope"]
    assert re.findall(r'<th scope="row">([^<]*)', html) == ["0.0", "0.1", "0.5"]
    last = html.rpartition("<tr>")[2]
    assert last.startswith('<th scope="row">0.5</th><td>0.810 <span class="cn-spread">± 0.016</span></td><td>0.250')
    one = page(mini, f"[One](table:{FIT}?rate=0.1)", FIT)
    assert re.findall(r'<th scope="row">([^<]*)', one) == ["0.1"]


def test_code_is_found_by_parsing_with_its_decorators(mini):
    html = page(mini, "[The **experiment**](code:averages.noise)", source="https://example.org/blob/main/")
    text = re.sub("<[^>]+>", "", html)
    assert text.startswith('@experiment(seeds=5, vary={"n": [1, 100]})\ndef noise(run: Run, n: int):\n')
    assert html.startswith('<div class="cn-code"><div class="highlight"><pre><span></span><code>')
    link = "https://example.org/blob/main/snippets/averages.py#L17-L20"
    assert f'The experiment · <a href="{link}">snippets/averages.py, lines 17 to 20</a>' in html
    assert "<a " not in page(mini, "[x](code:averages.noise)")  # nowhere to link to


def test_where_the_files_can_be_read():
    assert source_url("https://github.com/a/b/", "edit/main/docs/") == "https://github.com/a/b/blob/main/"
    assert source_url("https://github.com/a/b", "blob/dev/docs") == "https://github.com/a/b/blob/dev/"
    assert source_url("https://github.com/a/b", None) == "https://github.com/a/b/blob/main/"
    assert source_url(None, "edit/main/docs/") == ""


def test_a_claim_with_words_and_a_claim_without(mini):
    html = page(mini, "[An *average*](claim:averages.less_noisy) and [](claim:averages.less_noisy).")
    marked, bare = re.findall(r"<a .*?</a>", html)
    assert 'class="cn-claim cn-claim--unchecked"' in marked and "An <em>average</em><span" in marked
    assert 'class="cn-claim cn-claim--unchecked cn-claim--bare"' in bare
    assert bare.count("not checked") == 1 and "it was not checked since" not in marked.partition("cn-tip")[0]
    assert 'href="../../evidence/averages/#averages.less_noisy"' in bare
    assert "The average of 100 measurements is at least 0.3" in bare


def test_times_link_to_the_second(mini):
    text = "At [1:08:22], [dl1V5l8@19:12], [x](lecture:dl2022/8@0:10), [](lecture:dl2022/8)."
    links = re.findall(r"<a ([^>]*)>([^<]*)</a>", page(mini, f"---\nlectures: [DL1v5L8]\n---\n{text}"))
    watch = 'href="https://www.youtube.com/watch?v=htiNBPxcXgo'
    for (attributes, words), (seconds, shown) in zip(
        links, ((4102, "1:08:22"), (1152, "dl1V5l8 19:12"), (10, "x")), strict=False
    ):
        assert f'{watch}&amp;t={seconds}s"' in attributes and 'class="cn-time"' in attributes and words == shown
    assert links[3][1] == "Convolutions" and f'{watch}"' in links[3][0]
    assert 'title="Practical Deep Learning 2022, lecture 8: Convolutions"' in links[0][0]


def test_a_time_without_a_video_is_text(mini):
    assert '<span class="cn-time"' in page(mini, "[dl2022/9@0:10]") and "<a " not in page(mini, "[dl2022/9@0:10]")


@pytest.mark.parametrize(
    "text", ["`[1:08:22]`", r"\[1:08:22]", "[1:08:22](http://a.b)", "```\n[1:08:22]\n```", "[9:12]"]
)
def test_what_is_no_time_is_left_alone(mini, text):
    assert "cn-time" not in page(mini, text)


@pytest.mark.parametrize("around", [
    "{}", "- item {}", "> {}", "!!! note\n    {}", '??? note "x"\n    {}', '=== "Tab"\n    {}', "| a |\n|---|\n| {} |",
    "x[^1]\n\n[^1]: {}", "**{}**", '<div markdown>\n{}\n</div>', "1. a\n\n    {}", "Term {}\nnext",
])  # fmt: skip
def test_references_work_wherever_prose_stands(mini, around):
    text = around.format(f"[7](measured:{FIT}.slope?rate=0.5) [](claim:averages.less_noisy) [dl2022/8@0:10]")
    html = page(mini, text, FIT)
    assert all(f'class="{name}' in html for name in ("cn-measured", "cn-claim", "cn-time")), html
    assert "measured:" not in html and "claim:" not in html


@pytest.mark.parametrize("around", ["{}", "> {}", "!!! note\n    {}", "- a\n\n    {}", "<div markdown>\n{}\n</div>"])
def test_blocks_work_wherever_a_paragraph_stands(mini, around):
    html = page(mini, around.format("[x](code:averages.average)"))
    assert '<div class="cn-code">' in html and "<p><div" not in html and "code:" not in html


def test_the_renderer_refuses_what_the_scanner_did_not_find(mini):
    (problem,) = problems(mini, "Text", FIT, rendered=f"[7](measured:{FIT}.slope?rate=0.5)")
    assert "is rendered, but was not found" in problem and "try.md" in problem


def test_the_scanner_s_finds_have_to_be_rendered(mini):
    (problem,) = problems(mini, f"<div>\n[7](measured:{FIT}.slope?rate=0.5)\n</div>", FIT)
    assert "try.md:2: measured:straight_line.fit.slope?rate=0.5 stands in the page's text, but is not" in problem


def test_the_renderer_tells_all_problems_of_a_page(mini):
    text = f"[7](measured:{FIT}.slop?rate=0.5)\n\n[x](code:averages.nothing)\n\n[dl2022/77@0:10]"
    found = problems(mini, text, FIT)
    assert len(found) == 3 and all("try.md" in p for p in found)


def test_a_block_that_does_not_stand_alone_is_refused(mini):
    text = "x [y](code:averages.average)"
    project = opened_at(mini, page="[y](code:averages.average)")
    with pytest.raises(CoursenotesError, match="is not alone"):
        render(project, text=text)


def test_headings_keep_their_anchors(mini):
    html = page(mini, f"## What is [x](http://a.b)?\n\n[7](measured:{FIT}.slope?rate=0.5)", FIT)
    assert '<h2 id="what-is-x">' in html


def test_a_second_rendering_is_the_same(mini):
    project = opened_at(mini, FIT, page=f"[7](measured:{FIT}.slope?rate=0.5) [](claim:averages.less_noisy)")
    assert render(project) == render(project)


def test_no_styles_and_no_scripts(mini):
    text = f"[7](measured:{FIT}.slope?rate=0.5) [](claim:averages.less_noisy)\n\n[T](table:{FIT})\n\n"
    text += "[x](code:averages.noise)"
    assert not re.search(r"<style|<script|\sstyle=|\son\w+=", page(mini, text, FIT))


def test_a_heading_cell_without_words_is_a_plain_cell_and_a_head_without_any_is_left_out(mini):
    html = page(mini, "| | b |\n|---|---|\n| 1 | 2 |\n")
    assert re.search(r"<thead>\s*<tr>\s*<td></td>\s*<th>b</th>", html)
    html = page(mini, "| | |\n|---|---|\n| **1** | 2 |\n")
    assert "<thead" not in html and "<td><strong>1</strong></td>" in html
    assert headed('<th></th><th class="x"> \n</th><th>a</th>') == '<td></td><td class="x"></td><th>a</th>'
