"""The generated pages: every job, what it rests on, and the claims board."""

import re

import pytest

from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import MEANINGS, STATUSES, WORDS
from coursenotes.discover.project import discover
from coursenotes.project import Project
from coursenotes.site import evidence
from coursenotes.site.kept_pages import Rendered
from tests.conftest import ROOT
from tests.engine.rendering import opened_at, put, render, result, texts, write

FIT, CLAIM, EXACT = "straight_line.fit", "straight_line.finds_the_slope", "averages.is_the_mean"


def html(project, name):
    text = texts(evidence.pages(project))[name]
    return render(project, name, re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))


def compared(standing="reproduced", effect=-0.0501, **more):
    """A comparison as a verdict keeps it, of one that 20 seeds accepted at −0.329 ± 0.0368."""
    return {
        "claimed": "loss <below> none by 0.1", "kind": "below", "margin": 0.1, "every": False, "effect": effect,
        "spread": 0.01, "pairs": 5, "standing": standing, "limit": -0.05, "line": 9,
        "accepted": {"mean": -0.329435, "sd": 0.0368232, "n": 20}, **more,
    }  # fmt: skip


def record(accepted=True, no_effect=0.998, **more):
    """What a replication found of one comparison and two controls."""
    found = {
        "accepted": accepted, "date": "2026-11-30T00:33:31+00:00", "seeds": "100 to 119 <native> kernels",
        "comparisons": [{
            "claimed": "loss <below> none by 0.1", "mean": -0.329435, "sd": 0.0368232, "n": 20, "room": 6.23072,
            "needed": 0.800378, "accepted": accepted, "no_effect": no_effect,
        }],
        "controls": [
            {"kind": "control", "text": "rate 0.5 -> 0.0", "rejected": True, "room": [-5.817], "chance": [0.62]},
            {"kind": "swap", "text": "0 and 1 swapped", "rejected": accepted, "room": [None, 0.5], "chance": [0, 0.4]},
        ],
        "problems": [] if accepted else ["line 9: too <little> room"],
    }  # fmt: skip
    return found | more


def judged(project, status="supported", scale="sample", claim=CLAIM, **more):
    verdict = verdicts.blank(project.plan, claim, scale, status)
    verdict.comparisons = [compared({"within": "within", "contradicted": "contradicted"}.get(status, "reproduced"))]
    verdict.controls = [
        {"kind": "control", "text": "rate 0.5 -> 0.0", "rejected": True, "message": "contradicted: a"},
        {"kind": "swap", "text": "0 and 1 swapped", "rejected": False, "message": "these seeds do not"},
    ]
    verdict.record = record()
    verdict.date = "2026-11-20T10:00:00+00:00"
    for name, value in more.items():
        setattr(verdict, name, value)
    verdicts.save(project.plan, verdict)


def exact(project, failed=True, message=""):
    """A verdict on the mini site's exact claim, whose one wrong variant failed, or did not."""
    status = "supported" if failed else "contradicted"
    arm = {"kind": "variant", "text": "max in place of average", "rejected": failed, "message": message}
    nothing = {"accepted": None, "standing": None, "limit": None, "pairs": 1, "spread": None}
    judged(
        project, status, "exact", EXACT, record={}, controls=[arm],
        comparisons=[compared(**nothing, claimed="average within 1e-06 of mean", kind="close", effect=2.3e-8)],
    )  # fmt: skip


def article(project, claim=CLAIM):
    """The claim in full, as its topic's page shows it."""
    page = html(project, f"evidence/{claim.partition('.')[0]}.md")
    return re.search(rf'<article class="[^"]*" id="{claim}">.*?</article>', page, re.DOTALL)[0]


def table(text, kind):
    """The rows of the table of this class, without markup: its cells, parted by |."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text.partition(f'<table class="{kind}">')[2].partition("</table>")[0])
    cells = [re.sub(r"</t[dh]>(?=<t)", " | ", row) for row in rows]
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in cells]


def rows_of(project, claim=CLAIM):
    """The cells of a claim's rows on the board."""
    page = html(project, "evidence/claims.md")
    body = re.search(rf'<tbody [^>]*id="{claim}">(.*?)</tbody>', page)[1]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall("<tr[^>]*>(.*?)</tr>", body)]


def test_there_is_a_page_for_every_experiment(mini):
    pages = evidence.pages(opened_at(mini))
    assert sorted(page.path for page in pages) == [
        "evidence/averages.md", "evidence/averages.noise.md", "evidence/claims.md", "evidence/index.md",
        "evidence/straight_line.fit.md", "evidence/straight_line.md", "evidence/straight_line.start.md",
    ]  # fmt: skip
    assert [page.path for page in pages if page.in_nav] == ["evidence/index.md", "evidence/claims.md"]


def test_every_job_with_its_numbers_and_where_it_ran(mini):
    project = opened_at(mini, FIT)
    page = html(project, f"evidence/{FIT}.md")
    jobs = project.plan.jobs(FIT, "sample")
    table = page.partition('<details class="cn-jobs">')[2].partition("</details>")[0]
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(<td>.*?)</tr>", table)]
    assert len(rows) == len(jobs) == 15
    for job, row in zip(jobs, rows, strict=True):
        made = result(dict(job.settings), job.seed)
        assert row == [
            str(job.settings["rate"]), str(job.seed), *(f"{made.metrics[m]:.6g}" for m in ("error", "loss", "slope")),
            "1.25", "CPU", "<time>2026-11-20</time>", f'<code class="cn-key">{job.key[:12]}</code>',
        ]  # fmt: skip
    assert "Python 3.11.9, numpy 2.4.6, torch 2.13.0+cpu; Linux." in table


def test_what_it_is_and_how_to_run_it_again(mini):
    page = html(opened_at(mini, FIT), f"evidence/{FIT}.md")
    text = re.sub("<[^>]+>", "", page)
    assert "The slope after twenty steps of gradient descent, and its loss." in text
    assert "Points near a line (snippets.datasets.points.points)" in text and "LicenseCC0" in text
    assert "rate0.0, 0.1, 0.5" in text and "5 at sample scale" in text
    assert "coursenotes run straight_line.fit" in text and "nox" not in text  # it has no full scale
    assert "def fit(data, run: Run, rate: float):" in text
    assert re.search(
        r'<div class="cn-table".*?<caption>Each setting <small>\(mean ± standard deviation over 5 seeds\)<', page
    )


def test_what_rests_on_it(mini):
    page = html(opened_at(mini, FIT), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    link = '<a href="../../concepts/straight_line/">A straight line</a>'
    assert f"straight_line.loss_by_rate</code> on {link} (docs/concepts/straight_line.md, line 9)" in page
    assert f"numbers on {link}" in page and f"a table on {link}" in page
    assert f'<a href="../../evidence/straight_line/#{CLAIM}">' in page and "averages" not in page


@pytest.mark.parametrize("meta", ["visibility: unlisted", "release: 2999-01-01"])
def test_what_no_listed_page_shows_stands_apart(mini, meta):
    path = mini.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title:", f"{meta}\ntitle:"))
    project = opened_at(mini, FIT)
    pages = evidence.pages(project)
    listed = texts(page for page in pages if page.listed)
    assert sorted(listed) == [
        "evidence/averages.md", "evidence/averages.noise.md", "evidence/claims.md", "evidence/index.md",
    ]  # fmt: skip
    assert not [name for name, text in listed.items() if "straight_line" in text or "straight line" in text.lower()]
    assert sorted(page.path for page in pages if not page.listed) == [
        "evidence/straight_line.fit.md", "evidence/straight_line.start.md", "evidence/straight_line.unlisted.md",
    ]  # fmt: skip
    apart = html(project, "evidence/straight_line.unlisted.md")
    assert f'id="{CLAIM}"' in apart and '<a href="../../concepts/straight_line/">' in apart
    assert f'href="../../evidence/straight_line.unlisted/#{CLAIM}"' in render(project, "concepts/straight_line.md")
    assert f'href="../../evidence/straight_line.unlisted/#{CLAIM}"' in html(project, f"evidence/{FIT}.md")


def test_a_claim_on_a_listed_page_and_on_another_is_listed_and_says_nothing_of_the_other(mini):
    page = f"---\ntitle: Hidden\nvisibility: unlisted\n---\n[](claim:{CLAIM})\n\n[](measured:{FIT}.loss?rate=0.5)\n"
    project = opened_at(mini, FIT, page=page)
    text = "".join(texts(evidence.pages(project)).values())
    assert f'id="{CLAIM}"' in text and "Hidden" not in text and "concepts/try" not in text
    assert f'href="../../evidence/straight_line/#{CLAIM}"' in render(project)


def test_what_rests_on_a_listed_experiment_is_told_as_far_as_it_is_listed(mini):
    path = mini.docs / "concepts/straight_line.md"
    moved = [line for line in path.read_text().splitlines() if "any_rate" in line or "loss_by_rate" in line]
    path.write_text("\n".join(line for line in path.read_text().splitlines() if line not in moved))
    page = "---\ntitle: Hidden\nvisibility: unlisted\n---\n" + "\n\n".join(moved)
    listed = html(opened_at(mini, FIT, page=page), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    assert CLAIM in listed and "any_rate" not in listed and "loss_by_rate" not in listed and "Hidden" not in listed
    write(mini.docs / "concepts/try.md", page.replace("visibility: unlisted\n", ""))
    listed = html(opened_at(mini, FIT), f"evidence/{FIT}.md").partition('<ul class="cn-used">')[2]
    assert "any_rate" in listed and "loss_by_rate" in listed


def test_a_topic_is_not_called_by_the_title_of_a_page_that_is_not_listed(mini):
    path = mini.docs / "concepts/straight_line.md"
    path.write_text(path.read_text().replace("title: A straight line", "visibility: unlisted\ntitle: Hidden"))
    project = opened_at(mini, FIT, page=f"---\ntitle: Try\n---\n[](claim:{CLAIM})\n")
    pages = texts(page for page in evidence.pages(project) if page.listed)
    assert "## Straight line" in pages["evidence/claims.md"] and "## Straight line" in pages["evidence/index.md"]
    assert "# Evidence: Straight line" in pages["evidence/straight_line.md"]
    assert "Hidden" not in "".join(pages.values())


def test_a_page_is_rendered_again_where_a_claim_of_it_becomes_listed(mini):
    hidden = f"---\ntitle: Hidden\nvisibility: unlisted\n---\n[](claim:{CLAIM})\n"
    path = mini.docs / "concepts/straight_line.md"
    text = path.read_text()
    path.write_text(text.replace("title:", "visibility: unlisted\ntitle:"))
    before = Rendered(opened_at(mini, page=hidden), []).key("concepts/try.md", "concepts/try/", hidden)
    path.write_text(text)
    assert Rendered(Project(discover(mini)), []).key("concepts/try.md", "concepts/try/", hidden) != before


def test_curves_only_where_something_was_logged(mini):
    project = opened_at(mini, FIT)
    put(project, "straight_line.start", make=lambda s, seed: _silent(s, seed))
    pages = texts(evidence.pages(project))
    assert f"figure:{FIT}#curves" in pages[f"evidence/{FIT}.md"]
    assert "figure:" not in pages["evidence/straight_line.start.md"]


def _silent(settings, seed):
    made = result(settings, seed)
    return type(made)(made.metrics, {}, {}, {}, made.provenance)


def test_both_scales_and_a_gpu(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    project = opened_at(mini, FIT)
    page = html(project, f"evidence/{FIT}.md")
    assert "nox -s train -- straight_line.fit" in page and ">Full scale</h2>" in page
    assert page.count("not yet run") == 1
    put(project, FIT, "full", make=lambda s, seed: result(s, seed, device="cuda", gpu="NVIDIA H200"))
    page = html(project, f"evidence/{FIT}.md")
    assert "<td>NVIDIA H200</td>" in page and "full scale" in page and "not yet run" not in page


def test_experiments_that_were_not_run_say_so(mini):
    project = opened_at(mini)
    assert "not yet run: <code>coursenotes run straight_line.fit</code>" in html(project, f"evidence/{FIT}.md")
    assert html(project, "evidence/index.md").count("not yet run") == 3
    assert "0 runs" in html(project, "evidence/index.md")


def test_the_index_counts_what_was_run(mini):
    page = html(opened_at(mini, FIT, "averages.noise"), "evidence/index.md")
    assert "3 experiments, 25 runs, which took 31 s in all" in page
    assert '<a href="../evidence/straight_line.fit/">' in page and "sample: 15 in 19 s" in page


def test_a_claim_in_full_shows_what_its_replication_found_and_what_was_found_here(mini):
    project = opened_at(mini, FIT)
    judged(project)
    text = article(project)
    assert 'class="cn-verdict cn-verdict--supported"' in text
    assert "<strong>At rate 0.5 the slope is within 0.1 of the truth" in text
    assert "Sample scale · 2026-11-20" in text
    assert "<p>Accepted on 30 November 2026 by a replication: seeds 100 to 119 &lt;native&gt; kernels.</p>" in text
    assert table(text, "cn-compared") == [
        "loss &lt;below&gt; none by 0.1",
        "replication | −0.329 ± 0.037 | 20 seeds | accepted: room 6.23, needed 0.80",
        "here | −0.050 ± 0.010 | 5 seeds | reproduced; it may go up to −0.0500",
        "no effect | 0 | | chance that a build notices: more than 0.99",
    ]
    assert "<details><summary>Controls rejected: 2 of 2</summary>" in text
    assert table(text, "cn-arms")[1:] == [
        "a broken model | rate 0.5 -&gt; 0.0 | rejected room −5.82 chance that a build notices: 0.62 | "
        "contradicted, as it must be",
        "exchanged | 0 and 1 swapped | rejected room no spread, 0.50 chance that a build notices: 0.40 | "
        "not contradicted by these seeds",
    ]
    assert "def" in text.partition('<details class="cn-source"')[2] and "Were there no such effect" not in text
    assert '<a href="../../concepts/straight_line/">' in text and "evidence/straight_line.fit/" in text
    page = html(project, "evidence/straight_line.md")
    assert "evidence/straight_line.fit/" in page.partition('id="experiments"')[2] and "averages" not in page


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"standing": "within"}, "within the spread; it may go up to −0.0500"),
        ({"standing": "contradicted"}, "contradicted; it may go up to −0.0500"),
        ({"kind": "above"}, "reproduced; it may go down to 0.0500"),
        ({"kind": "close"}, "reproduced; it may lie 0.150 apart"),
        ({"every": True, "limit": 0.0}, "reproduced; every single run has to hold"),
        ({"standing": None, "accepted": None, "limit": None}, ""),
    ],
)
def test_how_far_the_seeds_here_may_go(mini, more, said):
    project = opened_at(mini, FIT)
    judged(project, comparisons=[compared(**more)])
    here = table(article(project), "cn-compared")[2]
    assert here == f"here | −0.050 ± 0.010 | 5 seeds | {said}".strip()


def test_a_claim_that_one_build_could_hardly_refute_says_so(mini):
    project = opened_at(mini, FIT)
    judged(project, record=record(no_effect=0.54))
    said = (
        "Were there no such effect, one build would notice with a chance of 0.54; it takes a replication to refute it."
    )
    assert f'<p class="cn-verdict__doubt">{said}</p>' in article(project)
    judged(project, "unaccepted", record=record(accepted=False, no_effect=0.54))
    assert "Were there no such effect" not in article(project), "nothing that was not accepted can be refuted"


def test_a_replication_that_did_not_suffice_lists_what_is_missing(mini):
    project = opened_at(mini, FIT)
    judged(
        project, "unaccepted", record=record(accepted=False), error="its replication does not suffice:\nline 9: x",
        comparisons=[compared(standing=None, accepted=None, limit=None)],
    )  # fmt: skip
    text = article(project)
    assert "<p>Replicated on 30 November 2026, and not accepted: seeds 100 to" in text
    assert '<ul class="cn-verdict__problems"><li>line 9: too &lt;little&gt; room</li></ul>' in text
    assert "cn-verdict__error" not in text, "told twice"
    assert "not accepted: room 6.23, needed 0.80" in text
    assert "<details open><summary>Controls rejected: 1 of 2</summary>" in text
    assert text.count('<tr class="cn-arm--passed">') == 1
    assert rows_of(project)[0][3].startswith("<span>1 of 2</span> ")


def test_a_claim_that_was_never_replicated_shows_what_is_there(mini):
    project = opened_at(mini, FIT)
    arm = {"kind": "swap", "text": "x", "rejected": False, "message": "a <below> b: difference 1"}
    judged(
        project, "unaccepted", record={}, error="not accepted yet: run coursenotes replicate", controls=[arm],
        comparisons=[compared(standing=None, accepted=None, limit=None)],
    )  # fmt: skip
    text = article(project)
    assert "not accepted yet: run coursenotes replicate</code>" in text and "Controls, not replicated yet" in text
    assert table(text, "cn-compared") == ["loss &lt;below&gt; none by 0.1", "here | −0.050 ± 0.010 | 5 seeds |"]
    assert table(text, "cn-arms")[1:] == ["exchanged | x | | a &lt;below&gt; b: difference 1"]
    assert "cn-arm--passed" not in text, "how a control fares on a build's seeds breaks nothing"
    assert rows_of(project)[0][2:] == ["<span>here −0.0501</span>", ""]


def test_an_exact_claim_shows_which_broken_versions_its_test_catches(mini):
    project = opened_at(mini, FIT)
    message = "assert np.False_ + where np.False_ = <function isclose at 0x7fbe451069f0>(2.08)"
    exact(project, message=message)
    text = article(project, EXACT)
    assert "<code>average within 1e-06 of mean</code>: 2.30×10⁻⁸</li>" in text and "cn-compared" not in text
    assert "<details><summary>Broken versions caught: 1 of 1</summary>" in text
    assert "<td>a wrong function</td><td>max in place of average</td><td>caught</td>" in text
    assert "0x7fb" not in text and "isclose at" not in text, "what pytest adds to a bare assertion"
    assert rows_of(project, EXACT)[0][1].endswith(" <small>exact</small>")
    assert rows_of(project, EXACT)[0][2:] == [
        "<span>2.30×10⁻⁸</span>",
        "<span>1 of 1</span> <small>a wrong function</small>",
    ]
    exact(project, failed=False, message="mean off by 2 + where x = 3")
    text = article(project, EXACT)
    assert "<details open><summary>Broken versions caught: 0 of 1" in text and "cn-arm--passed" in text
    assert "not caught<br><small>mean off by 2</small>" in text
    assert rows_of(project, EXACT)[0][3].startswith("<span>0 of 1</span> ")


def test_the_board_has_a_row_a_claim(mini):
    project = opened_at(mini, FIT)
    judged(project, comparisons=[compared(), compared(effect=1.0)])
    page = html(project, "evidence/claims.md")
    heads = re.findall("<th [^>]*>(.*?)</th>", page)[:4]
    assert heads == ["Claim", "Verdict", "Measured", "Broken versions caught"]
    row = re.search(rf'id="{CLAIM}">(.*?)</tr>', page)[1]
    assert re.findall('data-label="([^"]*)"', row) == heads[1:], "on a phone, each cell names its column"
    ((sentence, verdict, *rest),) = rows_of(project)
    words = "At rate 0.5 the slope is within 0.1 of the truth, and nearer than without steps by 0.[35]."
    assert re.fullmatch(rf'<a href="../../evidence/straight_line/#{CLAIM}">{words}</a>', sentence)
    assert "supported" in verdict and verdict.endswith(" <small>sample</small>")
    assert rest == [
        "<span>−0.329 ± 0.037</span> <small>20 seeds, +1, here −0.050</small>",
        "<span>2 of 2</span> <small>a broken model, exchanged</small>",
    ]
    assert page.count("<tbody") == 4 and "4 claims:" in page and "1 supported" in page and "3 not checked" in page
    assert "def " not in page and "loss &lt;below&gt;" not in page  # details stand elsewhere


def test_the_board_says_what_accepted_and_here_mean(mini):
    project = opened_at(mini, FIT)
    text = texts(evidence.pages(project))["evidence/claims.md"]
    assert "**accepted** once, by a replication over many seeds;" in text and "**Here** is what" in text
    legend = re.search('<details class="cn-meanings">.*?</details>', text)[0]
    assert all(f"{WORDS[status]}</span></span></dt><dd>{MEANINGS[status]}</dd>" in legend for status in STATUSES)
    write(mini.docs / "contribute/statistics.md", "# Statistics")
    assert (
        "by [a replication over many seeds](../contribute/statistics.md);"
        in (texts(evidence.pages(opened_at(mini, FIT)))["evidence/claims.md"])
    )


def at_two_scales(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    project = opened_at(mini, FIT)
    put(project, FIT, "full")
    return project


def test_a_claim_at_two_scales_has_two_lines_each_with_its_verdict(mini):
    project = at_two_scales(mini)
    judged(project)
    judged(project, "unaccepted", "full", record={}, error="not accepted yet")
    first, second = rows_of(project)
    assert "claim--supported" in first[1] and first[1].endswith("<small>sample</small>")
    assert "claim--unaccepted" in second[0] and second[0].endswith("<small>full</small>")
    page = html(project, "evidence/claims.md")
    rows = re.search(rf'<tbody class="cn-row--supported" role="rowgroup" id="{CLAIM}">(.*?)</tbody>', page)[1]
    assert '<td role="cell" rowspan="2">' in rows
    assert re.findall(r'data-verdict="(\w+)" data-scale="(\w+)"', rows) == [
        ("supported", "sample"), ("unaccepted", "full"),
    ]  # fmt: skip
    assert '<option value="full">full (' in page
    text = article(project)
    assert "supported · sample; not accepted yet · full</span>" in text.partition("</p>")[0]
    scales = text.split('<section class="cn-verdict__scale">')[1:]
    assert (
        "claim--supported" in scales[0].partition("</p>")[0] and "claim--unaccepted" in scales[1].partition("</p>")[0]
    )


@pytest.mark.parametrize("status", ["within", "contradicted", "unaccepted"])
def test_the_board_can_be_held_down_to_a_verdict(mini, status):
    project = opened_at(mini, FIT)
    judged(project, status)
    page = html(project, "evidence/claims.md")
    choices = re.search('<select name="verdict">(.*?)</select>', page)[1]
    assert re.findall('value="([^"]*)">([^<]*)<', choices) == [
        ("", "all"), (status, f"{WORDS[status]} (1)"), ("unchecked", "not checked (3)"),
    ]  # fmt: skip
    assert f'<tbody class="cn-row--{status}" role="rowgroup" id="{CLAIM}">' in page and f"1 {WORDS[status]}" in page


@pytest.mark.parametrize("status", STATUSES)
def test_every_verdict_has_a_color_in_both_themes_and_a_sign_of_its_own(status):
    styles = ROOT / "site_src/theme/assets/styles"
    colors, notes = (styles / "colors.css").read_text(), (styles / "notes.css").read_text()
    assert colors.count(f"--cn-{status}:") == colors.count(f"--cn-{status}-bg:") == 2
    rules = dict(re.findall(r"--cn-verdict: var\(--cn-(\w+)\);.*?--cn-sign: (url\(.*?\));\n", notes, re.DOTALL))
    assert list(rules.values()).count(rules[status]) == 1
    if status != "unchecked":  # which is the color of any other
        assert f".cn-claim--{status} .cn-badge {{" in notes


def test_a_claim_that_is_contradicted_shows_why(mini):
    project = opened_at(mini, FIT)
    judged(project, "contradicted", error="it rests on noise")
    text = article(project)
    assert "cn-verdict--contradicted" in text and "it rests on noise" in text and "contradicted here" in text


def test_a_sentence_that_is_refuted_is_quoted(mini):
    project = opened_at(mini, FIT)
    judged(project, "refuted", refutes="Any rate <will> do.")
    page = html(project, "evidence/straight_line.md")
    head = re.search(r'<p class="cn-verdict__head"><q>(.*?)</q> (.*?)</p>', page)
    assert head[1] == "Any rate &lt;will&gt; do." and "refuted" in head[2]
    assert 'cn-verdict__measured">Measured: <strong>At rate 0.5' in page and "cn-verdict--refuted" in page
    board = html(project, "evidence/claims.md")
    assert "<q>Any rate &lt;will&gt; do.</q></a><br><small>Measured: At rate 0.5" in board


def test_badges_on_pages_follow_the_verdict(mini):
    project = opened_at(mini, FIT, page=f"[x](claim:{CLAIM})")
    judged(project)
    assert 'class="cn-claim cn-claim--supported"' in render(project)
    assert "accepted, below by 0.329 ± 0.037 over 20 seeds; here below by 0.050 over 5" in render(project)


def test_the_same_results_give_the_same_pages(mini):
    first = texts(evidence.pages(opened_at(mini, FIT)))
    assert texts(evidence.pages(opened_at(mini))) == first
    assert not re.search(r"<style|<script|\sstyle=", "".join(first.values()))


def test_words_from_people_cannot_become_markup(mini):
    snippet = mini.snippet("straight_line")
    snippet.write_text(snippet.read_text().replace("The slope after", "The <b>slope</b> *after*"))
    page = html(opened_at(mini, FIT), f"evidence/{FIT}.md")
    assert "&lt;b&gt;slope&lt;/b&gt; *after*" in page and "<b>" not in page


def test_an_empty_project(tmp_path, mini):
    for path in [*mini.snippets.glob("[a-s]*.py"), *mini.claims.glob("*.py"), *mini.docs.rglob("*.md")]:
        path.unlink()
    write(mini.docs / "index.md", "# Empty")
    project = opened_at(mini)
    assert "No claims yet." in html(project, "evidence/claims.md")
    assert "0 experiments, 0 runs" in html(project, "evidence/index.md")


def test_a_claim_is_found_under_the_names_that_it_had(mini):
    path = mini.docs / "concepts/straight_line.md"
    head = "---\nrenamed:\n  claim:slope: finds_the_slope\n  claim:old_mean: averages.is_the_mean\n"
    path.write_text(path.read_text().replace("---\n", head, 1))
    (mini.docs / "concepts/averages.md").write_text("# Averages\n\n[It is](claim:averages.is_the_mean).\n")
    project = opened_at(mini, FIT)
    assert '<span id="straight_line.slope"></span>' in article(project)
    assert '<span id="straight_line.old_mean"></span>' in article(project, EXACT)
    board = html(project, "evidence/claims.md")
    row = board[board.index(f'id="{CLAIM}"') :].partition("</tbody>")[0]
    assert '<span id="straight_line.slope"></span>' in row and board.count('id="straight_line.slope"') == 1
    left = html(project, "evidence/straight_line.md")
    moved = re.search(r'<p id="straight_line.old_mean">(.*?)</p>', left)[1]
    assert "has moved" in moved and 'href="../../evidence/averages/#averages.is_the_mean"' in moved
    assert 'id="straight_line.slope"' not in moved and left.count('id="straight_line.old_mean"') == 1
