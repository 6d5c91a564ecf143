"""A claim in full as HTML: its verdict at each scale, every comparison, what has to refute it, and the test."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from coursenotes import measured
from coursenotes.evidence.html import badge, experiment_link, stands_on, table
from coursenotes.markdown.claims import overall
from coursenotes.markdown.code import highlight

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


def article(library: Library, claim: ClaimInfo, found: list[Verdict]) -> str:
    """A claim with all that was found; its id is the claim's name."""
    said = refuted_words(found)
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


def refuted_words(found: list[Verdict]) -> str:
    """The lecture's sentence that measurement refutes; empty for a claim of our own."""
    return next((verdict.refutes for verdict in found if verdict.refutes), "")


def difference(found: dict[str, Any]) -> str:
    """The effect that a comparison found, to three significant digits."""
    return "not finite" if found.get("effect") is None else short(found["effect"])


def short(value: float) -> str:
    """Three significant digits."""
    return measured.write(value, max(0, 2 - _power(value)))


def _links(library: Library, claim: ClaimInfo) -> str:
    pages = stands_on(library, "claim", [claim.id], listed=library.knowledge.visibility.claim(claim.id))
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
    numbers = "no finite difference" if effect is None else f"difference {short(effect)}"
    if effect is not None and spread is not None:
        numbers += f" ± {short(spread)}"
    smallest = found.get("smallest")
    last = f", {_smallest(found)} {short(smallest)}" if smallest is not None else ""
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


def _power(value: float) -> int:
    return int(f"{value:e}".partition("e")[2]) if value else 2
