"""claim: as HTML: the sentence with the sign of its verdict, or the sign alone; and verdicts in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from coursenotes.claims import verdicts
from coursenotes.claims.statistics import CONTRADICTED, ENOUGH, WITHIN
from coursenotes.claims.verdicts import EXACT, SIGNS, UNACCEPTED, UNCHECKED, WORDS
from coursenotes.discover.text.addresses import Target
from coursenotes.site.markdown import measured
from coursenotes.site.markdown.numbers import in_words, tip
from coursenotes.site.markdown.view import View

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict

COMPARISONS = 2  # that a tip shows, at all scales together
WORST = {CONTRADICTED: 0, WITHIN: 1}  # standings that a tip shows first
METRIC = re.compile(r"(\w+)\.metric\('(\w+)'(?:, ([^()]*))?\)")  # as tests write it


def claim(view: View, element: ET.Element, target: Target) -> None:
    """Make a link element show a claim's verdict at each scale at which it is checked."""
    if target.scale == "full":
        found = [verdicts.load(view.project.plan, target.name, "full")]
    else:
        found = verdicts.best(view.project.plan, target.name)
    status = overall(found)
    bare = not "".join(element.itertext()).strip() and not len(element)
    element.set("href", view.claim(target.name))
    element.set("class", f"cn-claim cn-claim--{status}{' cn-claim--bare' if bare else ''}")
    said = words(found)
    box = ET.SubElement(element, "span", {"class": "cn-sign"})
    ET.SubElement(box, "span", {"class": "cn-badge__mark", "aria-hidden": "true"}).text = SIGNS[status]
    ET.SubElement(box, "span", {"class": "cn-hidden"}).text = f" ({said})"
    sentence = view.project.catalog.claims[target.name].sentence
    if status == verdicts.REFUTED:
        sentence = f"Measured: {sentence}"
    tip(view, element, [said[:1].upper() + said[1:], sentence, *_told(found)])


# ---------------------------------------------------------------- a verdict
def overall(found: Sequence[Verdict]) -> str:
    """One status for verdicts at several scales: contradicted if one of them is, else that of the first scale.

    The first is the sample scale if the claim is checked at it: a claim accepted there is supported even before its
    replication at full scale, and one that is not accepted there is not supported, whatever the full scale shows.
    """
    statuses = [verdict.status for verdict in found]
    return verdicts.CONTRADICTED if verdicts.CONTRADICTED in statuses else statuses[0]


def words(found: Sequence[Verdict]) -> str:
    """supported; supported · full; supported · sample + full; supported · sample; not accepted yet · full."""
    if len(found) == 1 and found[0].scale in ("sample", EXACT):
        return WORDS[found[0].status]
    scales: dict[str, list[str]] = {}
    for verdict in found:
        scales.setdefault(verdict.status, []).append(verdict.scale)
    return "; ".join(f"{WORDS[status]} · {' + '.join(at)}" for status, at in scales.items())


def refutable(record: Mapping[str, Any]) -> float:
    """The chance that one build contradicts the claim of this record if there is no effect at all.

    One comparison suffices. If no comparison defines "no effect", the control with the lowest chance.
    """
    chances = [c["no_effect"] for c in record.get("comparisons", ()) if c["no_effect"] is not None]
    return max(chances) if chances else min(map(best_chance, record.get("controls", ())), default=0.0)


def best_chance(control: Mapping[str, Any]) -> float:
    """The chance that one build contradicts a control: the best of its comparisons."""
    return float(max(control["chance"], default=0.0))


def doubt(verdict: Verdict) -> str:
    """A caveat for an accepted claim that one build could hardly refute; empty for any other."""
    if not verdict.good or not verdict.record.get("accepted"):
        return ""
    best = refutable(verdict.record)
    if best >= ENOUGH:
        return ""
    noticed = f"one build would notice with a chance of {chance(best)}"
    known = any(c["no_effect"] is not None for c in verdict.record["comparisons"])
    false = "Were there no such effect" if known else "On the control that is nearest to it"
    return f"{false}, {noticed}; it takes a replication to refute it."


# ---------------------------------------------------------------- the tip
def _told(found: Sequence[Verdict]) -> Iterator[str]:
    """The lines of a tip below the sentence: a few comparisons, the caveat of doubt(), why there is no verdict."""
    each = max(1, COMPARISONS // len(found))
    for verdict in found:
        at = f"{verdict.scale}: " if len(found) > 1 else ""
        more = len(verdict.comparisons) - each
        worst = sorted(verdict.comparisons, key=lambda c: WORST.get(c["standing"], len(WORST)))
        for n, comparison in enumerate(worst[:each], 1):
            others = f" ({more} more)" if n == each and more > 0 else ""
            yield f"{at}{told(comparison, exact=verdict.scale == EXACT)}{others}"
        if text := doubt(verdict):
            yield f"{at}{text}"
        if verdict.status in (UNACCEPTED, UNCHECKED) and verdict.error:
            yield f"{at}{' '.join(verdict.error.splitlines()[:2])}"


def told(comparison: Mapping[str, Any], *, exact: bool = False) -> str:
    """x below y by 0.1: accepted, below by 0.329 ± 0.037 over 20 seeds; here below by 0.31 over 5."""
    accepted, effect, spread = comparison["accepted"], comparison["effect"], comparison["spread"]
    kind, claimed = comparison["kind"], plain(comparison["claimed"])
    if exact:
        return f"{claimed}: {side(kind, effect, places(spread, effect))}"
    if accepted is None:
        here = plus_minus(side(kind, effect, places(spread, effect)), effect, spread)
        return f"{claimed}: here {here} over {seeds(comparison['pairs'])}"
    digits = places(accepted["sd"], accepted["mean"])
    there = plus_minus(side(kind, accepted["mean"], digits), accepted["mean"], accepted["sd"])
    outcome = {WITHIN: ", within the spread", CONTRADICTED: ", which contradicts it"}.get(comparison["standing"], "")
    return (
        f"{claimed}: accepted, {there} over {seeds(accepted['n'])}; "
        f"here {side(kind, effect, digits)} over {comparison['pairs']}{outcome}"
    )


def plain(claimed: str) -> str:
    """The claimed comparison with metrics in words, not as code: error of fit at rate=0.5 below 0.1."""

    def said(match: re.Match[str]) -> str:
        experiment, metric, settings = match.groups()
        at = f" at {settings}" if settings else ""
        return f"{in_words(metric)} of {experiment}{at}".replace("'", "")

    return METRIC.sub(said, claimed)


def side(kind: str, difference: float | None, decimals: int) -> str:
    """On which side of b a lies, and how far: below by 0.329."""
    if difference is None:
        return "not finite"
    where = "apart" if kind == "close" else "below" if difference < 0 else "above"
    return f"{where} by {measured.write(abs(difference), decimals)}"


# ---------------------------------------------------------------- numbers
def difference(mean: float | None, sd: float | None = None) -> str:
    """−0.329 ± 0.037: a difference with two digits of its spread; three significant digits if there is no spread."""
    if mean is None:
        return "not finite"
    return plus_minus(measured.write(mean, places(sd, mean)), mean, sd)


def plus_minus(text: str, mean: float | None, sd: float | None) -> str:
    """A formatted number with its spread."""
    return f"{text} ± {measured.write(sd, places(sd, mean))}" if sd and mean is not None else text


def places(sd: float | None, mean: float | None) -> int:
    """Decimals for a mean and its spread: two digits of the spread, or three of the mean if there is none."""
    if sd:
        return max(0, 1 - _power(sd))
    return max(0, 2 - _power(mean)) if mean else 0


def short(value: float) -> str:
    """Three significant digits."""
    return measured.write(value, places(None, value))


def chance(value: float) -> str:
    """A chance with two decimals, and never 0 or 1."""
    return "less than 0.01" if value < 0.005 else "more than 0.99" if value > 0.995 else f"{value:.2f}"


def seeds(count: int) -> str:
    return f"{count} seed{'s' * (count != 1)}"


def rooms(found: Iterable[float | None]) -> str:
    """Rooms in standard deviations, one per comparison; None means that there was no spread."""
    return ", ".join("no spread" if room is None else measured.write(room, 2) for room in found)


def _power(value: float) -> int:
    return math.floor(math.log10(abs(value)))
