"""The claims board: every claim with its verdict, what was measured, and what has to refute it."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from coursenotes import measured
from coursenotes.claims import verdicts
from coursenotes.evidence.html import badge, experiment_link, front_matter, stands_on, table
from coursenotes.markdown.claims import MARKS, WORDS, overall
from coursenotes.markdown.code import highlight
from coursenotes.markdown.numbers import plain

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict
    from coursenotes.discover import ClaimInfo
    from coursenotes.plan import Library

KINDS = {
    "control": "a broken model",
    "swap": "exchanged",
    "shuffled": "shuffled",
    "variant": "a wrong function",
    "null": "chance alone",
}
SCALES = {"sample": "Sample scale", "full": "Full scale", "exact": "Exact"}


def page(library: Library) -> str:
    """The board as Markdown, topic by topic."""
    found = {name: verdicts.best(library, name) for name in sorted(library.site.claims)}
    parts = front_matter("Claims", "Every claim of the notes, its verdict, and what would refute it")
    parts += [
        "", "# Claims", "",
        "Each claim has a test, and the test has to fail on what would refute the claim: "
        "a broken model, exchanged or shuffled groups, a wrong function, or chance alone.", "",
        _counts(found), "",
    ]  # fmt: skip
    for topic in sorted({claim.topic for claim in library.site.claims.values()}):
        parts += [f"## {plain(topic).capitalize()}", ""]
        for name, there in found.items():
            if library.site.claims[name].topic == topic:
                parts += [_claim(library, library.site.claims[name], there), ""]
    return "\n".join(parts)


def _counts(found: dict[str, list[Verdict]]) -> str:
    counts = Counter(overall(there) for there in found.values())
    items = "".join(
        f'<li class="cn-claim cn-claim--{status}"><span class="cn-badge">'
        f'<span class="cn-badge__mark" aria-hidden="true">{MARKS[status]}</span> {counts[status]} {word}</span></li>'
        for status, word in WORDS.items()
        if counts[status]
    )
    return f'<ul class="cn-counts">{items}</ul>' if items else "<p>No claims yet.</p>"


def _claim(library: Library, claim: ClaimInfo, found: list[Verdict]) -> str:
    said = next((verdict.refutes for verdict in found if verdict.refutes), "")
    sentence = f"<strong>{escape(claim.sentence)}</strong>"
    parts = [f'<article class="cn-verdict cn-verdict--{overall(found)}" id="{escape(claim.id)}">']
    if said:
        parts.append(f'<p class="cn-verdict__head"><q>{escape(said)}</q> {badge(found)}</p>')
        parts.append(f'<p class="cn-verdict__measured">Measured: {sentence}</p>')
    else:
        parts.append(f'<p class="cn-verdict__head">{sentence} {badge(found)}</p>')
    parts += [_verdict(verdict) for verdict in found]
    parts.append(f'<p class="cn-verdict__links">{_links(library, claim)}</p>')
    path = claim.path.relative_to(library.layout.root).as_posix()
    parts.append(
        f'<details class="cn-source" data-search-exclude><summary>The test (<code>{escape(path)}</code>, '
        f"line {claim.line})</summary>{highlight(claim.source)}</details></article>"
    )
    return "".join(parts)


def _links(library: Library, claim: ClaimInfo) -> str:
    pages = stands_on(library, "claim", [claim.id])
    parts = [f"Stands on {', '.join(pages)}."] if pages else []
    reads = [experiment_link(name) for name in dict.fromkeys((*claim.experiments, *claim.controls))]
    parts += [f"Reads {', '.join(reads)}."] if reads else []
    parts += [f'<a href="#{escape(claim.id)}">Link to this claim</a>']
    return " ".join(parts)


def _verdict(verdict: Verdict) -> str:
    """What was found at one scale."""
    date = f" · {verdict.date[:10]}" if verdict.date else ""
    parts = [f'<section class="cn-verdict__scale"><p><small>{SCALES[verdict.scale]}{date}</small></p>']
    if verdict.error:
        parts.append(f'<pre class="cn-verdict__error"><code>{escape(verdict.error)}</code></pre>')
    if verdict.comparisons:
        parts.append(f'<ul class="cn-measures">{"".join(map(_comparison, verdict.comparisons))}</ul>')
    if verdict.arms:
        rows = [_arm(arm) for arm in verdict.arms]
        head = ["What has to refute it", "How", "Outcome"]
        failed = sum(arm["failed_as_it_must"] for arm in verdict.arms)
        parts.append(
            f"<details{'' if failed == len(verdict.arms) else ' open'}><summary>Fails on what must refute it: "
            f"{failed} of {len(verdict.arms)}</summary>"
            f"<div data-search-exclude>{table(head, rows, 'What has to refute the claim', 'cn-arms')}</div></details>"
        )
    return "".join(parts) + "</section>"


def _comparison(found: dict[str, Any]) -> str:
    effect, spread = found.get("effect"), found.get("spread")
    numbers = "no finite difference" if effect is None else f"difference {_short(effect)}"
    if effect is not None and spread is not None:
        numbers += f" ± {_short(spread)}"
    smallest = found.get("smallest")
    last = f", {_smallest(found)} {_short(smallest)}" if smallest is not None else ""
    return (
        f'<li class="cn-measure"><code>{escape(str(found["claimed"]))}</code>: '
        f'<span class="cn-measure__effect">{numbers}</span>, '
        f'<span class="cn-measure__held">held in {found["held"]} (asked: {found["needs"]}){last}</span></li>'
    )


def _smallest(found: dict[str, Any]) -> str:
    return "largest distance" if " within " in str(found["claimed"]) else "smallest margin"


def _arm(arm: dict[str, Any]) -> tuple[str, list[str]]:
    good = arm["failed_as_it_must"]
    outcome = "failed, as it must" if good else "did not fail"
    words = _plain(str(arm.get("message") or ""))
    message = f"<br><small>{escape(words)}</small>" if words else ""
    kind = KINDS.get(arm["kind"], arm["kind"])
    return f"cn-arm--{'failed' if good else 'passed'}", [kind, escape(arm["text"]), f"{outcome}{message}"]


def _plain(message: str) -> str:
    """What an assertion says, without the values and addresses that pytest adds to a bare one."""
    words = re.split(r"\s*\+\s+where |\n", message)[0].strip()
    return "" if re.fullmatch(r"assert (np\.)?False_?|assert not (np\.)?True_?", words) else words


def _short(value: float) -> str:
    """Three significant digits."""
    return measured.write(value, max(0, 2 - _power(value)))


def _power(value: float) -> int:
    return int(f"{value:e}".partition("e")[2]) if value else 2
