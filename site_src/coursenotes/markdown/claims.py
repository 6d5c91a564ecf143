"""claim: as HTML: the sentence with its verdict, or the verdict alone as a badge."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from coursenotes.claims import verdicts
from coursenotes.markdown.numbers import tip
from coursenotes.markdown.view import View
from coursenotes.references import Target

WORDS = {"supported": "supported", "refuted": "refuted", "failed": "failed", "unchecked": "not checked"}
MARKS = {"supported": "✓", "refuted": "✗", "failed": "✗", "unchecked": "?"}


def claim(view: View, element: ET.Element, asks: Target) -> None:
    """Make a link element show a claim's verdict at each scale at which it is checked."""
    if asks.scale == "full":
        found = [verdicts.load(view.library, asks.target, "full")]
    else:
        found = verdicts.best(view.library, asks.target)
    status = overall(found)
    bare = not "".join(element.itertext()).strip() and not len(element)
    element.set("href", view.claim(asks.target))
    element.set("class", f"cn-claim cn-claim--{status}{' cn-claim--bare' if bare else ''}")
    box = ET.SubElement(element, "span", {"class": "cn-badge"})
    ET.SubElement(box, "span", {"class": "cn-badge__mark", "aria-hidden": "true"}).text = MARKS[status]
    box[0].tail = " " + words(found)
    sentence = view.library.site.claims[asks.target].sentence
    lines = [f"measured: {sentence}" if status == "refuted" else sentence]
    lines += [effect(comparison) for verdict in found for comparison in verdict.comparisons][:3]
    lines += [verdict.error for verdict in found if verdict.status == "unchecked" and verdict.error]
    tip(view, element, lines)


def overall(found: list[Any]) -> str:
    """One status for verdicts at several scales: failed if any failed, else the first's."""
    return "failed" if any(v.status == "failed" for v in found) else found[0].status


def words(found: list[Any]) -> str:
    """supported; supported · full; supported · sample + full; supported (sample), failed (full)."""
    statuses = {verdict.status for verdict in found}
    scales = [verdict.scale for verdict in found]
    if len(statuses) > 1:
        return ", ".join(f"{WORDS[verdict.status]} ({verdict.scale})" for verdict in found)
    word = WORDS[found[0].status]
    return word if scales in (["sample"], ["exact"]) else f"{word} · {' + '.join(scales)}"


def effect(comparison: Any) -> str:
    """What a comparison found, in a line."""
    return str(comparison.get("text", ""))
