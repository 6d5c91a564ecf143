"""The generated pages: every job, what it rests on, and the claims board."""

import re

import pytest
from rendering import library_of, put, render, result, write

from coursenotes import evidence
from coursenotes.claims import verdicts
from coursenotes.discover import discover
from coursenotes.markdown.claims import WORDS
from coursenotes.plan import Library
from coursenotes.rendered import Rendered
from tests.conftest import ROOT

FIT, CLAIM = "straight_line.fit", "straight_line.finds_the_slope"


def html(library, name):
    text = evidence.pages(library)[name]
    return render(library, name, re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def judged(library, status="supported", **more):
    verdict = verdicts.blank(library, CLAIM, "sample", status)
    verdict.comparisons = [{
        "text": "loss below 0.1: difference -0.0501 ± 0.01, held 3/3 (needs 3/3)", "claimed": "loss <below> 0.1",
        "effect": -0.0501, "spread": 0.01, "held": "3/3", "needs": "3/3", "smallest": 0.04, "chance": "1/8", "line": 9,
    }]  # fmt: skip
    verdict.arms = [
        {"kind": "control", "text": "rate 0.5 -> 0.0", "failed_as_it_must": True, "message": "difference 1 < 2"},
        {"kind": "null", "text": "seeds rearranged", "failed_as_it_must": status == "supported", "message": ""},
    ]
    verdict.date = "2026-11-20T10:00:00+00:00"
    for name, value in more.items():
        setattr(verdict, name, value)
    verdicts.save(library, verdict)


def test_there_is_a_page_for_every_experiment(mini):
    pages = evidence.pages(library_of(mini))
    assert sorted(pages) == [
        "evidence/averages.md", "evidence/averages.noise.md", "evidence/claims.md", "evidence/index.md",
        "evidence/straight_line.fit.md", "evidence/straight_line.md", "evidence/straight_line.start.md",
    ]  # fmt: skip


def test_every_job_with_its_numbers_and_where_it_ran(mini):
    library = library_of(mini, FIT)
    page = html(library, f"evidence/{FIT}.md")
    jobs = library.jobs(FIT, "sample")
    table = page.partition('<details class="cn-jobs">')[2].partition("</details>")[0]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", table)]
    assert len(rows) == len(jobs) == 9
    for job, row in zip(jobs, rows, strict=True):
        made = result(dict(job.settings), job.seed)
        assert row == [
            str(job.settings["rate"]), str(job.seed), *(f"{made.metrics[m]:.6g}" for m in ("error", "loss", "slope")),
            "1.25", "CPU", "<time>2026-11-20</time>", f'<code class="cn-key">{job.key[:12]}</code>',
        ]  # fmt: skip
    assert "Python 3.11.9, numpy 2.4.6, torch 2.13.0+cpu; Linux." in table


def test_what_it_is_and_how_to_run_it_again(mini):
    page = html(library_of(mini, FIT), f"evidence/{FIT}.md")
    text = re.sub("<[^>]+>", "", page)
    assert "The slope after twenty steps of gradient descent, and its loss." in text
    assert "Points near a line (snippets.datasets.points.points)" in text and "LicenceCC0" in text
    assert "rate0.0, 0.1, 0.5" in text and "3 at sample scale" in text
    assert "coursenotes run straight_line.fit" in text and "nox" not in text  # it has no full scale
    assert "def fit(data, run: Run, rate: float):" in text
    assert re.search(
        r'<div class="cn-table".*?<caption>Each setting <small>\(mean ± standard deviation over 3 seeds\)<', page
    )


def test_what_rests_on_it(mini):
    page = html(library_of(mini, FIT), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    link = '<a href="../../concepts/straight_line/">A straight line</a>'
    assert f"straight_line.loss_by_rate</code> on {link} (docs/concepts/straight_line.md, line 7)" in page
    assert f"numbers on {link}" in page and f"a table on {link}" in page
    assert f'<a href="../../evidence/straight_line/#{CLAIM}">' in page and "averages" not in page


@pytest.mark.parametrize("meta", ["visibility: unlisted", "release: 2999-01-01"])
def test_what_no_listed_page_shows_stands_apart(mini, meta):
    path = mini.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", f"{meta}\ntitle:"))
    library = library_of(mini, FIT)
    pages = evidence.pages(library)
    listed = {name: text for name, text in pages.items() if "\nvisibility: unlisted\n" not in text}
    assert sorted(listed) == [
        "evidence/averages.md", "evidence/averages.noise.md", "evidence/claims.md", "evidence/index.md",
    ]  # fmt: skip
    assert not [name for name, text in listed.items() if "straight_line" in text or "straight line" in text.lower()]
    assert sorted(set(pages) - set(listed)) == [
        "evidence/straight_line.fit.md", "evidence/straight_line.start.md", "evidence/straight_line.unlisted.md",
    ]  # fmt: skip
    apart = html(library, "evidence/straight_line.unlisted.md")
    assert f'id="{CLAIM}"' in apart and '<a href="../../concepts/straight_line/">' in apart
    assert f'href="../../evidence/straight_line.unlisted/#{CLAIM}"' in render(library, "concepts/straight_line.md")
    assert f'href="../../evidence/straight_line.unlisted/#{CLAIM}"' in html(library, f"evidence/{FIT}.md")


def test_a_claim_on_a_listed_page_and_on_another_is_listed_and_says_nothing_of_the_other(mini):
    page = f"---\ntitle: Hidden\nvisibility: unlisted\n---\n[](claim:{CLAIM})\n\n[](measured:{FIT}.loss?rate=0.5)\n"
    library = library_of(mini, FIT, page=page)
    text = "".join(evidence.pages(library).values())
    assert f'id="{CLAIM}"' in text and "Hidden" not in text and "concepts/try" not in text
    assert f'href="../../evidence/straight_line/#{CLAIM}"' in render(library)


def test_what_rests_on_a_listed_experiment_is_told_as_far_as_it_is_listed(mini):
    path = mini.docs / "concepts/straight_line.md"
    moved = [line for line in path.read_text().splitlines() if "any_rate" in line or "loss_by_rate" in line]
    path.write_text("\n".join(line for line in path.read_text().splitlines() if line not in moved))
    page = "---\ntitle: Hidden\nvisibility: unlisted\n---\n" + "\n\n".join(moved)
    listed = html(library_of(mini, FIT, page=page), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    assert CLAIM in listed and "any_rate" not in listed and "loss_by_rate" not in listed and "Hidden" not in listed
    write(mini.docs / "concepts/try.md", page.replace("visibility: unlisted\n", ""))
    listed = html(library_of(mini, FIT), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    assert "any_rate" in listed and "loss_by_rate" in listed


def test_a_topic_is_not_called_by_the_title_of_a_page_that_is_not_listed(mini):
    path = mini.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title: A straight line", "visibility: unlisted\ntitle: Hidden"))
    library = library_of(mini, FIT, page=f"---\ntitle: Try\n---\n[](claim:{CLAIM})\n")
    pages = evidence.pages(library)
    assert "## Straight line" in pages["evidence/claims.md"] and "## Straight line" in pages["evidence/index.md"]
    assert "# Evidence: Straight line" in pages["evidence/straight_line.md"]
    assert not [name for name, text in pages.items() if "Hidden" in text and "visibility: unlisted" not in text]


def test_a_page_is_rendered_again_where_a_claim_of_it_becomes_listed(mini):
    hidden = f"---\ntitle: Hidden\nvisibility: unlisted\n---\n[](claim:{CLAIM})\n"
    path = mini.docs / "concepts/straight_line.md"
    text = path.read_text()
    path.write_text(text.replace("title:", "visibility: unlisted\ntitle:"))
    before = Rendered(library_of(mini, page=hidden), []).key("concepts/try.md", "concepts/try/", hidden)
    path.write_text(text)
    assert Rendered(Library(discover(mini)), []).key("concepts/try.md", "concepts/try/", hidden) != before


def test_curves_only_where_something_was_logged(mini):
    library = library_of(mini, FIT)
    put(library, "straight_line.start", make=lambda s, seed: _silent(s, seed))
    pages = evidence.pages(library)
    assert f"figure:{FIT}#curves" in pages[f"evidence/{FIT}.md"]
    assert "figure:" not in pages["evidence/straight_line.start.md"]


def _silent(settings, seed):
    made = result(settings, seed)
    return type(made)(made.metrics, {}, {}, {}, made.provenance)


def test_both_scales_and_a_gpu(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    library = library_of(mini, FIT)
    page = html(library, f"evidence/{FIT}.md")
    assert "nox -s train -- straight_line.fit" in page and ">Full scale</h2>" in page
    assert page.count("not yet run") == 1
    put(library, FIT, "full", make=lambda s, seed: result(s, seed, device="cuda", gpu="NVIDIA H200"))
    page = html(library, f"evidence/{FIT}.md")
    assert "<td>NVIDIA H200</td>" in page and "full scale" in page and "not yet run" not in page


def test_experiments_that_were_not_run_say_so(mini):
    library = library_of(mini)
    assert "not yet run: <code>coursenotes run straight_line.fit</code>" in html(library, f"evidence/{FIT}.md")
    assert html(library, "evidence/index.md").count("not yet run") == 3
    assert "0 runs" in html(library, "evidence/index.md")


def test_the_index_counts_what_was_run(mini):
    page = html(library_of(mini, FIT, "averages.noise"), "evidence/index.md")
    assert "3 experiments, 17 runs, which took 21 s in all" in page
    assert '<a href="../evidence/straight_line.fit/">' in page and "sample: 9 in 11 s" in page


def test_a_claim_in_full_shows_what_was_measured_and_what_refutes_it(mini):
    library = library_of(mini, FIT)
    judged(library)
    page = html(library, "evidence/straight_line.md")
    article = page.partition(f'<article class="cn-verdict cn-verdict--supported" id="{CLAIM}">')[2]
    article = article.partition("</article>")[0]
    assert "<strong>At rate 0.5 the slope is within 0.1 of the truth" in article
    assert "Sample scale · 2026-11-20" in article and "loss &lt;below&gt; 0.1" in article
    assert "difference −0.0501 ± 0.0100" in article and "held in 3/3 (asked: 3/3), smallest margin 0.0400" in article
    assert "Fails on what must refute it: 2 of 2" in article
    assert "<td>a broken model</td><td>rate 0.5 -&gt; 0.0</td><td>failed, as it must<br>" in article
    assert "def" in article.partition('<details class="cn-source"')[2]
    assert '<a href="../../concepts/straight_line/">' in article and "evidence/straight_line.fit/" in article
    assert "evidence/straight_line.fit/" in page.partition('id="experiments"')[2] and "averages" not in page


def test_the_board_has_a_row_a_claim(mini):
    library = library_of(mini, FIT)
    judged(library)
    page = html(library, "evidence/claims.md")
    body = re.search(rf'<tbody class="cn-row--supported" id="{CLAIM}"><tr>(.*?)</tr></tbody>', page)[1]
    sentence, verdict, *rest = re.findall(r"<td>(.*?)</td>", body)
    words = "At rate 0.5 the slope is within 0.1 of the truth, and nearer than without steps, seed by seed."
    assert sentence == f'<a href="../../evidence/straight_line/#{CLAIM}">{words}</a>'
    assert "supported" in verdict
    assert rest == ["sample", "−0.0501", "± 0.0100", "2 of 2<br><small>a broken model, chance alone</small>"]
    assert page.count("<tbody") == 4 and "all 4" in page and "1 supported" in page and "3 not checked" in page
    assert "def " not in page and "loss &lt;below&gt;" not in page  # details stand elsewhere


def test_a_claim_at_two_scales_has_two_lines(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    library = library_of(mini, FIT)
    put(library, FIT, "full")
    judged(library)
    page = html(library, "evidence/claims.md")
    body = re.search(rf'id="{CLAIM}">(.*?)</tbody>', page)[1]
    assert body.count("<tr>") == 2 and body.count('<td rowspan="2">') == 2
    assert "<td>sample</td>" in body and "<td>full</td>" in body


def test_the_board_can_be_held_down_to_a_verdict(mini):
    library = library_of(mini, FIT)
    judged(library, "failed")
    page = html(library, "evidence/claims.md")
    choices = re.findall(r'<input type="radio" name="cn-show" id="cn-show-(\w+)"', page)
    assert choices == ["all", "failed", "unchecked"] and page.count("checked>") == 1
    styles = (ROOT / "site_src/theme/assets/styles/evidence.css").read_text()
    for kind in (*WORDS, "changed"):
        assert f"#cn-show-{kind}:checked) :is(tbody:not(.cn-row--{kind})" in styles


def test_a_claim_that_failed_shows_why_and_which_arm_did_not(mini):
    library = library_of(mini, FIT)
    judged(library, "failed", error="it rests on noise")
    page = html(library, "evidence/straight_line.md")
    assert "cn-verdict--failed" in page and "it rests on noise" in page
    assert (
        "<details open><summary>Fails on what must refute it: 1 of 2" in page and '<tr class="cn-arm--passed">' in page
    )
    board = html(library, "evidence/claims.md")
    assert f'<tbody class="cn-row--failed" id="{CLAIM}">' in board and "<td>1 of 2<br>" in board


def test_a_sentence_that_is_refuted_is_quoted(mini):
    library = library_of(mini, FIT)
    judged(library, "refuted", refutes="Any rate <will> do.")
    page = html(library, "evidence/straight_line.md")
    head = re.search(r'<p class="cn-verdict__head"><q>(.*?)</q> (.*?)</p>', page)
    assert head[1] == "Any rate &lt;will&gt; do." and "refuted" in head[2]
    assert 'cn-verdict__measured">Measured: <strong>At rate 0.5' in page and "cn-verdict--refuted" in page
    board = html(library, "evidence/claims.md")
    assert "<q>Any rate &lt;will&gt; do.</q></a><br><small>Measured: At rate 0.5" in board


def test_what_pytest_adds_to_a_bare_assertion_is_left_out(mini):
    library = library_of(mini, FIT)
    message = "assert np.False_ + where np.False_ = <function isclose at 0x7fbe451069f0>(2.08)"
    arm = {"kind": "variant", "text": "max in place of average", "failed_as_it_must": True}
    judged(library, arms=[{**arm, "message": message}, {**arm, "message": "mean off by 2 + where x = 3"}])
    page = html(library, "evidence/straight_line.md")
    assert "0x7fb" not in page and "isclose at" not in page and "<small>mean off by 2</small>" in page


def test_badges_on_pages_follow_the_verdict(mini):
    library = library_of(mini, FIT, page=f"[x](claim:{CLAIM})")
    judged(library)
    assert 'class="cn-claim cn-claim--supported"' in render(library)
    assert "difference -0.0501" in render(library)


def test_the_same_results_give_the_same_pages(mini):
    first = evidence.pages(library_of(mini, FIT))
    assert evidence.pages(library_of(mini)) == first
    assert not re.search(r"<style|<script|\sstyle=", "".join(first.values()))


def test_words_from_people_cannot_become_markup(mini):
    snippet = mini.snippet("straight_line")
    snippet.write_text(snippet.read_text().replace("The slope after", "The <b>slope</b> *after*"))
    page = html(library_of(mini, FIT), f"evidence/{FIT}.md")
    assert "&lt;b&gt;slope&lt;/b&gt; *after*" in page and "<b>" not in page


def test_an_empty_project(tmp_path, mini):
    for path in [*mini.snippets.glob("[a-s]*.py"), *mini.claims.glob("*.py"), *mini.docs.rglob("*.md")]:
        path.unlink()
    write(mini.docs / "index.md", "# Empty")
    library = library_of(mini)
    assert "No claims yet." in html(library, "evidence/claims.md")
    assert "0 experiments, 0 runs" in html(library, "evidence/index.md")
