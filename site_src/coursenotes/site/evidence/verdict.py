"""A claim in full as HTML: its verdict at each scale, every comparison, its controls, and the test.

For a claim over results, the numbers of its replication are next to those of this machine's own seeds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from coursenotes import dates
from coursenotes.claims.statistics import WITHIN
from coursenotes.claims.verdicts import EXACT, UNACCEPTED, WORDS
from coursenotes.site.html import badge, experiment_link, former_anchors, pages_with, scrolling, sign, table
from coursenotes.site.markdown import measured
from coursenotes.site.markdown.claims import best_chance, chance, difference, doubt, overall, rooms, seeds, short
from coursenotes.site.markdown.code import highlight

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict
    from coursenotes.discover.project import ClaimInfo
    from coursenotes.project import Project

KINDS = {
    "control": "a broken model",
    "swap": "exchanged",
    "shuffled": "shuffled",
    "variant": "a wrong function",
}
SCALES = {"sample": "Sample scale", "full": "Full scale", "exact": "Exact"}


def article(project: Project, claim: ClaimInfo, found: list[Verdict]) -> str:
    """A claim with its verdicts; its id is the claim's name."""
    said = refuted_words(found)
    sentence = f"<strong>{escape(claim.sentence)}</strong>"
    parts = [f'<article class="cn-verdict cn-verdict--{overall(found)}" id="{escape(claim.id)}">']
    parts.append(former_anchors(project, claim.id))
    if said:
        parts.append(f'<p class="cn-verdict__head"><q>{escape(said)}</q> {badge(found)}</p>')
        parts.append(f'<p class="cn-verdict__measured">Measured: {sentence}</p>')
    else:
        parts.append(f'<p class="cn-verdict__head">{sentence} {badge(found)}</p>')
    parts += [_verdict(verdict, len(found) > 1) for verdict in found]
    parts.append(f'<p class="cn-verdict__links">{_links(project, claim)}</p>')
    path = claim.path.relative_to(project.paths.root).as_posix()
    parts.append(
        f'<details class="cn-source" data-search-exclude><summary>The test (<code>{escape(path)}</code>, '
        f"line {claim.line})</summary>{highlight(claim.source)}</details></article>"
    )
    return "".join(parts)


def refuted_words(found: list[Verdict]) -> str:
    """The lecture's sentence that measurement refutes; empty for any other claim."""
    return next((verdict.refutes for verdict in found if verdict.refutes), "")


def _links(project: Project, claim: ClaimInfo) -> str:
    pages = pages_with(project, "claim", [claim.id], listed=project.knowledge.visibility.claim(claim.id))
    parts = [f"Stands on {', '.join(pages)}."] if pages else []
    reads = [experiment_link(name) for name in dict.fromkeys((*claim.experiments, *claim.controls))]
    parts += [f"Reads {', '.join(reads)}."] if reads else []
    parts += [f'<a href="#{escape(claim.id)}">Link to this claim</a>']
    return " ".join(parts)


def _verdict(verdict: Verdict, several: bool) -> str:
    """The verdict at one scale. several: there are other scales, so this one's verdict gets a sign of its own."""
    own = f" {sign(verdict.status, WORDS[verdict.status])}" if several else ""
    date = f" · {verdict.date[:10]}" if verdict.date else ""
    parts = [f'<section class="cn-verdict__scale"><p><small>{SCALES[verdict.scale]}{date}</small>{own}</p>']
    record = verdict.record
    if record:
        parts.append(_replication(record))
    if verdict.error and not (record and verdict.status == UNACCEPTED):  # its problems are shown already
        parts.append(f'<pre class="cn-verdict__error"><code>{escape(verdict.error)}</code></pre>')
    parts.append(_exact(verdict) if verdict.scale == EXACT else _compared(verdict) + _controls(verdict))
    if text := doubt(verdict):
        parts.append(f'<p class="cn-verdict__doubt">{escape(text)}</p>')
    return "".join(parts) + "</section>"


# ---------------------------------------------------------------- of a claim over results
def _replication(record: Mapping[str, Any]) -> str:
    """The day and the seeds of the replication that accepted it; or why it was not accepted."""
    day = dates.write(dates.parse(record["date"][:10]))
    if record["accepted"]:
        return f"<p>Accepted on {day} by a replication: seeds {escape(record['seeds'])}.</p>"
    problems = "".join(f"<li>{escape(problem)}</li>" for problem in record["problems"])
    return (
        f"<p>Replicated on {day}, and not accepted: seeds {escape(record['seeds'])}.</p>"
        f'<ul class="cn-verdict__problems">{problems}</ul>'
    )


def _compared(verdict: Verdict) -> str:
    """Each comparison: the replication's numbers, those of this machine, and the chance to notice no effect."""
    replicated = verdict.record.get("comparisons", [])
    bodies = [_comparison(there, here) for there, here in zip_longest(replicated, verdict.comparisons)]
    return scrolling("".join(bodies), "What was compared", "cn-compared") if bodies else ""


def _comparison(there: Mapping[str, Any] | None, here: Mapping[str, Any] | None) -> str:
    claimed = (here or there or {})["claimed"]
    rows = []
    if there is not None:
        needed = "" if there["needed"] is None else f", needed {measured.write(there['needed'], 2)}"
        outcome = f"{'accepted' if there['accepted'] else 'not accepted'}: room {rooms([there['room']])}{needed}"
        rows.append(["replication", difference(there["mean"], there["sd"]), seeds(there["n"]), outcome])
    if here is not None:
        found = difference(here["effect"], here["spread"])
        rows.append(["here", found, seeds(here["pairs"]), _here(here)])
    if there is not None and there["no_effect"] is not None:
        rows.append(["no effect", "0", "", _notice_chance(there["no_effect"])])
    cells = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
        for name, *others in rows
    )
    return f'<tbody><tr><th scope="rowgroup" colspan="4"><code>{escape(str(claimed))}</code></th></tr>{cells}</tbody>'


def _notice_chance(value: float) -> str:
    return f"chance that a build notices: {chance(value)}"


def _here(here: Mapping[str, Any]) -> str:
    """The result on this machine's seeds, and the limit beyond which it contradicts the claim."""
    if here["standing"] is None:
        return ""
    word = {WITHIN: "within the spread"}.get(here["standing"], here["standing"])
    return f"{word}; {_limit(here)}"


def _limit(here: Mapping[str, Any]) -> str:
    """The largest difference that does not contradict the claim, in words."""
    if here["every"]:
        return "every single run has to hold"
    reach = here["margin"] + (-here["limit"] if here["kind"] == "close" else here["limit"])
    if here["kind"] == "close":
        return f"it may lie {short(reach)} apart"
    return f"it may go up to {short(-reach)}" if here["kind"] == "below" else f"it may go down to {short(reach)}"


def _controls(verdict: Verdict) -> str:
    """The controls: how clearly the replication rejected each, and the result on this machine's seeds."""
    replicated, own = verdict.record.get("controls", []), verdict.controls
    pairs = list(zip_longest(replicated, own))
    if not pairs:
        return ""
    rejected = sum(bool(control["rejected"]) for control in replicated)
    told = f"Controls rejected: {rejected} of {len(replicated)}" if replicated else "Controls, not replicated yet"
    head = ["Control", "How", "Replication", "Here"]
    rows = [_control(there, here) for there, here in pairs]
    return _folded(told, table(head, rows, "What would refute the claim", "cn-arms"), rejected < len(replicated))


def _control(there: Mapping[str, Any] | None, here: Mapping[str, Any] | None) -> tuple[str, list[str]]:
    both = there or here or {}
    cells = [KINDS.get(both["kind"], both["kind"]), escape(both["text"])]
    if there is None:
        cells.append("")
    else:
        found = f"<small>room {rooms(there['room'])}</small><small>{_notice_chance(best_chance(there))}</small>"
        cells.append(f"{'rejected' if there['rejected'] else 'not rejected'} {found}")
    cells.append("" if here is None else _own_result(here, replicated=there is not None))
    return ("cn-arm--passed" if there is not None and not there["rejected"] else ""), cells


def _own_result(control: Mapping[str, Any], replicated: bool) -> str:
    """The result of a control on this machine's seeds, which cannot fail a build."""
    if control["rejected"]:
        return "contradicted, as it must be"
    if replicated:
        return "not contradicted by these seeds"
    return f"<small>{escape(str(control.get('message') or ''))}</small>"


# ---------------------------------------------------------------- of an exact claim
def _exact(verdict: Verdict) -> str:
    parts = []
    if verdict.comparisons:
        items = "".join(
            f'<li class="cn-measure"><code>{escape(c["claimed"])}</code>: {difference(c["effect"], c["spread"])}</li>'
            for c in verdict.comparisons
        )
        parts.append(f'<ul class="cn-measures">{items}</ul>')
    if verdict.controls:
        caught, count = sum(variant["rejected"] for variant in verdict.controls), len(verdict.controls)
        rows = [_variant(variant) for variant in verdict.controls]
        inside = table(["Broken version", "How", "Outcome"], rows, "What has to refute the claim", "cn-arms")
        parts.append(_folded(f"Broken versions caught: {caught} of {count}", inside, caught < count))
    return "".join(parts)


def _variant(variant: Mapping[str, Any]) -> tuple[str, list[str]]:
    rejected, kind = variant["rejected"], KINDS.get(variant["kind"], variant["kind"])
    words = _plain(str(variant.get("message") or ""))
    message = f"<br><small>{escape(words)}</small>" if words else ""
    outcome = f"{'caught' if rejected else 'not caught'}{message}"
    return ("" if rejected else "cn-arm--passed"), [kind, escape(variant["text"]), outcome]


def _plain(message: str) -> str:
    """The message of an assertion, without the values and addresses that pytest adds to one without a message."""
    words = re.split(r"\s*\+\s+where |\n", message)[0].strip()
    return "" if re.fullmatch(r"assert (np\.)?False_?|assert not (np\.)?True_?", words) else words


def _folded(summary: str, inside: str, opened: bool) -> str:
    return (
        f"<details{' open' if opened else ''}><summary>{summary}</summary>"
        f"<div data-search-exclude>{inside}</div></details>"
    )
