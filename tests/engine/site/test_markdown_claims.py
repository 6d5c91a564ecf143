"""A claim where it stands: one verdict for several scales, its words, its tip, and what one build can refute."""

import json
import re

import pytest

from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import SIGNS, STATUSES, WORDS, Verdict
from coursenotes.site.markdown import claims
from tests.engine.rendering import opened_at, put, render

CLAIM, EXACT = "straight_line.finds_the_slope", "averages.is_the_mean"
COMPARED = {
    "claimed": "dropout below none by 0.1", "kind": "below", "margin": 0.1, "every": False, "effect": -0.3134,
    "spread": 0.0251, "pairs": 5, "standing": "reproduced", "limit": -0.05, "line": 9,
    "accepted": {"mean": -0.329435, "sd": 0.0368232, "n": 20},
}  # fmt: skip
ALONE = {"accepted": None, "standing": None, "limit": None}
ACCEPTED = {"accepted": True, "date": "2026-11-30", "seeds": "", "comparisons": [], "controls": [], "problems": []}


def found(status, scale="sample", **more):
    return Verdict(CLAIM, scale, status, "A sentence.", **more)


def both(sample, full):
    return [found(sample), found(full, "full")]


@pytest.mark.parametrize(
    ("several", "status", "words"),
    [
        ([found("supported")], "supported", "supported"),
        ([found("within")], "within", "within the spread here"),
        ([found("supported", "exact")], "supported", "supported"),
        ([found("unaccepted", "full")], "unaccepted", "not accepted yet · full"),
        (both("supported", "supported"), "supported", "supported · sample + full"),
        (both("supported", "unaccepted"), "supported", "supported · sample; not accepted yet · full"),
        (both("within", "supported"), "within", "within the spread here · sample; supported · full"),
        (both("unaccepted", "supported"), "unaccepted", "not accepted yet · sample; supported · full"),
        (both("unchecked", "supported"), "unchecked", "not checked · sample; supported · full"),
        (both("supported", "contradicted"), "contradicted", "supported · sample; contradicted here · full"),
        (both("unchecked", "contradicted"), "contradicted", "not checked · sample; contradicted here · full"),
        (both("refuted", "unaccepted"), "refuted", "refuted · sample; not accepted yet · full"),
    ],
)
def test_one_status_and_the_words_for_several_scales(several, status, words):
    assert claims.overall(several) == status
    assert claims.words(several) == words


def control(*chances):
    return {"kind": "control", "text": "x", "rejected": True, "room": [-2.0], "chance": list(chances)}


@pytest.mark.parametrize(
    ("no_effect", "controls", "best"),
    [
        ([0.3], [], 0.3),
        ([0.3, None, 0.5], [], 0.5),
        ([None], [control(0.2)], 0.2),
        ([0.3], [control(0.1, 0.6), control(0.4)], 0.3),
        ([None], [control(0.1, 0.6), control(0.4)], 0.4),
        ([0.7], [control(0.1, 0.6)], 0.7),
        ([None], [], 0.0),
        ([None], [control()], 0.0),
    ],
)
def test_what_one_build_can_refute_is_no_effect_by_its_best_comparison_else_the_hardest_control(
    no_effect, controls, best
):
    record = {**ACCEPTED, "comparisons": [{"no_effect": chance} for chance in no_effect], "controls": controls}
    assert claims.refutable(record) == best
    verdict = found("supported", record=record)
    assert f"with a chance of {claims.chance(best)};" in claims.doubt(verdict)
    assert not claims.doubt(found("contradicted", record=record)), "it was refuted"
    assert not claims.doubt(found("unaccepted", record={**record, "accepted": False}))


def test_a_claim_that_one_build_can_refute_is_not_doubted():
    for chance, doubted in ((0.89, True), (0.9, False)):
        record = {**ACCEPTED, "comparisons": [{"no_effect": chance}]}
        assert bool(claims.doubt(found("supported", record=record))) is doubted
    assert not claims.doubt(found("supported", "exact")), "there is nothing to replicate"
    assert claims.refutable({}) == 0.0


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "accepted, below by 0.329 ± 0.037 over 20 seeds; here below by 0.313 over 5"),
        ({"kind": "above"}, "accepted, below by 0.329 ± 0.037 over 20 seeds; here below by 0.313 over 5"),
        ({"kind": "close"}, "accepted, apart by 0.329 ± 0.037 over 20 seeds; here apart by 0.313 over 5"),
        ({"effect": -0.09, "standing": "within"},
         "accepted, below by 0.329 ± 0.037 over 20 seeds; here below by 0.090 over 5, within the spread"),
        ({"effect": 0.2, "standing": "contradicted"},
         "accepted, below by 0.329 ± 0.037 over 20 seeds; here above by 0.200 over 5, which contradicts it"),
        ({"effect": None}, "accepted, below by 0.329 ± 0.037 over 20 seeds; here not finite over 5"),
        (ALONE, "here below by 0.313 ± 0.025 over 5 seeds"),
        ({**ALONE, "spread": None, "pairs": 1}, "here below by 0.313 over 1 seed"),
        ({**ALONE, "effect": None, "spread": None}, "here not finite over 5 seeds"),
    ],
)  # fmt: skip
def test_a_comparison_in_a_line(more, line):
    assert claims.told({**COMPARED, **more}) == f"dropout below none by 0.1: {line}"


def test_a_comparison_of_an_exact_claim_in_a_line():
    comparison = {**COMPARED, **ALONE, "kind": "close", "effect": 2.3e-8, "spread": None, "pairs": 1}
    assert claims.told(comparison, exact=True) == "dropout below none by 0.1: apart by 2.30×10⁻⁸"


@pytest.mark.parametrize(
    ("claimed", "plain"),
    [
        ("dropout below none by 0.1", "dropout below none by 0.1"),
        ("fit.metric('valid_loss', rate=0.5) below 0.1", "valid loss of fit at rate=0.5 below 0.1"),
        (
            "a.metric('x') within 1 of b.metric('y', model='net', p=0.0)",
            "x of a within 1 of y of b at model=net, p=0.0",
        ),
        ("drop_rate.metric('valid_lo below 1", "drop_rate.metric('valid_lo below 1"),
    ],
)
def test_what_is_claimed_without_code(claimed, plain):
    assert claims.plain(claimed) == plain


@pytest.mark.parametrize(
    ("mean", "sd", "text"),
    [
        (-0.329435, 0.0368232, "−0.329 ± 0.037"), (-2.06282, 1.11602, "−2.1 ± 1.1"), (1234.5, 87.0, "1234 ± 87"),
        (0.4, 0.0, "0.400"), (0.4, None, "0.400"), (0.0, 0.02, "0.000 ± 0.020"), (0.0, None, "0"),
        (None, 0.1, "not finite"), (2e-7, 3e-8, "2.00×10⁻⁷ ± 3.0×10⁻⁸"),
    ],
)  # fmt: skip
def test_a_difference_has_two_digits_of_its_spread(mean, sd, text):
    assert claims.difference(mean, sd) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.62, "0.62"), (0.001, "less than 0.01"), (1.0, "more than 0.99"), (0.9, "0.90")]
)
def test_a_chance_is_never_none_or_one(value, text):
    assert claims.chance(value) == text


# ---------------------------------------------------------------- on a page
def saved(project, status, scale="sample", claim=CLAIM, **more):
    verdict = verdicts.blank(project.plan, claim, scale, status)
    for name, value in {"comparisons": [COMPARED], **more}.items():
        setattr(verdict, name, value)
    verdicts.save(project.plan, verdict)


def tip(project):
    return re.findall(r'cn-tip__line">([^<]*)<', render(project))[1:]  # below the verdict


def page(mini, claim=CLAIM):
    return opened_at(mini, "straight_line.fit", page=f"[x](claim:{claim})")


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "unchecked"])
def test_a_claim_in_prose_has_the_sign_of_its_verdict_and_hidden_the_words(mini, status):
    project = page(mini)
    saved(project, status)
    mark = f'<span class="cn-sign"><span aria-hidden="true" class="cn-badge__mark">{SIGNS[status]}</span>'
    html = render(project).replace(
        'class="cn-badge__mark" aria-hidden="true"', 'aria-hidden="true" class="cn-badge__mark"'
    )
    assert f'{mark}<span class="cn-hidden"> ({WORDS[status]})</span></span>' in html
    assert re.search(rf'class="cn-tip".*?<small class="cn-tip__line">{WORDS[status].capitalize()}</small>', html)
    assert f'class="cn-claim cn-claim--{status}"' in html


def test_a_tip_tells_the_sentence_and_two_comparisons_the_worst_first(mini):
    project = page(mini)
    others = [{**COMPARED, "claimed": name} for name in ("a", "b")]
    worst = {**COMPARED, "claimed": "c", "standing": "within"}
    saved(project, "within", comparisons=[*others, worst], record={**ACCEPTED, "controls": [control(0.5)]})
    sentence, first, second, doubt = tip(project)
    assert sentence.startswith("At rate 0.5 the slope is within 0.1")
    assert first.startswith("c: accepted,") and first.endswith("within the spread")
    assert second.startswith("a: accepted,") and second.endswith(" (1 more)")
    assert doubt.endswith("with a chance of 0.50; it takes a replication to refute it.")


def test_a_tip_says_why_there_is_no_verdict(mini):
    project = page(mini)
    error = "its replication does not suffice:\nline 9: too little room\nline 10: more"
    saved(project, "unaccepted", comparisons=[{**COMPARED, **ALONE}], error=error)
    _, comparison, why = tip(project)
    assert comparison.endswith("here below by 0.313 ± 0.025 over 5 seeds")
    assert why == "its replication does not suffice: line 9: too little room"
    saved(project, "contradicted", error="tests/claims/x.py:9: many lines")
    assert len(tip(project)) == 2, "a comparison says it"


def test_a_tip_at_two_scales_has_a_line_of_each(mini):
    snippet = mini.snippets / "datasets" / "points.py"
    snippet.write_text(snippet.read_text().replace("sample=sample,", "sample=sample, full=lambda folder: sample(),"))
    project = page(mini)
    put(project, "straight_line.fit", "full")
    saved(project, "supported", comparisons=[COMPARED, COMPARED])
    saved(project, "unaccepted", "full", comparisons=[{**COMPARED, **ALONE}], error="not accepted yet: run x")
    _, sample, full, why = tip(project)
    assert sample.startswith("sample: dropout below none") and sample.endswith("(1 more)")
    assert full.startswith("full: dropout below none") and why == "full: not accepted yet: run x"
    assert "(supported · sample; not accepted yet · full)</span>" in render(project)


def test_a_refuted_sentence_tells_what_was_measured(mini):
    project = page(mini)
    saved(project, "refuted", refutes="Any rate.")
    assert tip(project)[0].startswith("Measured: At rate 0.5")


def test_verdicts_as_they_are_written_can_be_told(mini):
    """Of a verdict that was kept as JSON, as every verdict is."""
    project = page(mini, EXACT)
    saved(project, "supported", "exact", EXACT, comparisons=[{**COMPARED, **ALONE, "effect": None}])
    assert json.loads(verdicts.load(project.plan, EXACT).to_json())["comparisons"][0]["effect"] is None
    assert tip(project)[1] == "dropout below none by 0.1: not finite"
