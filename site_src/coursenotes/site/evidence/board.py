"""The claims board: a row per claim and scale, with its verdict, its measured effect, and its changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from coursenotes.claims import verdicts
from coursenotes.claims.verdicts import EXACT, MEANINGS, WORDS
from coursenotes.paths import Paths
from coursenotes.site import history
from coursenotes.site.evidence.changes import since, words
from coursenotes.site.evidence.verdict import KINDS, refuted_words
from coursenotes.site.html import ROOT, claim_link, former_anchors, front_matter, sign, topic_title
from coursenotes.site.markdown import measured
from coursenotes.site.markdown.claims import difference, overall, places, seeds

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict
    from coursenotes.discover.project import ClaimInfo
    from coursenotes.project import Project
    from coursenotes.site.history import Change

HEAD = ("claim", "verdict", "scale", "effect", "here", "controls")
STATISTICS = "contribute/statistics.md"
CHANGED = "changed"  # one of the choices that filter the board, next to the verdicts


def page(project: Project) -> str:
    """The board as Markdown: a table per topic. A row's id is the claim's name."""
    found = {name: verdicts.best(project.plan, name) for name in claims(project)}
    last = history.steps(project)[0]
    changed = last.claims if last.before else {}
    parts = front_matter("Claims", "Every claim of the notes, its verdict, and what would refute it")
    parts += ["", "# Claims", "", *_opening(project), "", _meanings(), "", since(project, last), ""]
    parts += [_choices(found, changed), ""]
    for topic in sorted({project.catalog.claims[name].topic for name in found}):
        there = {name: verdict for name, verdict in found.items() if project.catalog.claims[name].topic == topic}
        parts += [f"## {topic_title(project, topic)}", "", _table(project, topic, there, changed), ""]
    return "\n".join(parts)


def _opening(project: Project) -> list[str]:
    there = STATISTICS in project.catalog.pages
    how = f"[a replication over many seeds](../{STATISTICS})" if there else "a replication over many seeds"
    return [
        "Each claim has a test, which must fail when we break the thing claimed: on a broken model, on exchanged or "
        "shuffled groups, or on a wrong function.",
        "A sentence leads to all that was found and to the test.",
        "",
        f"A claim over results is **accepted** once, by {how}; the effect that it found is the difference that the "
        "first comparison of the claim speaks of (+2: two further comparisons).",
        "**Here** stands what the machine that built these pages found with its own few seeds, "
        "held against the accepted mean and spread.",
    ]


def _meanings() -> str:
    items = "".join(f"<dt>{sign(status, word)}</dt><dd>{MEANINGS[status]}</dd>" for status, word in WORDS.items())
    told = f'<summary>What the verdicts mean</summary><dl class="cn-facts">{items}</dl>'
    return f'<details class="cn-meanings">{told}</details>'


def claims(project: Project, *, listed: bool = True) -> list[str]:
    """The names of the claims that listed pages show, or of those that none shows, sorted."""
    return [name for name in sorted(project.catalog.claims) if project.knowledge.visibility.claim(name) == listed]


def _choices(found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]) -> str:
    """The verdicts with their counts, as choices that filter the board by CSS alone."""
    if not found:
        return "<p>No claims yet.</p>"
    counts = Counter(overall(there) for there in found.values())
    changes = sum(name in found for name in changed)
    kinds = [("all", f"all {len(found)}")]
    kinds += [(status, sign(status, f"{counts[status]} {word}")) for status, word in WORDS.items() if counts[status]]
    kinds += [(CHANGED, f"{changes} changed")] if changes else []
    choices = "".join(_choice(kind, text) for kind, text in kinds)
    return f'<fieldset class="cn-counts"><legend>Show</legend>{choices}</fieldset>'


def _choice(kind: str, text: str) -> str:
    checked = " checked" if kind == "all" else ""
    return f'<label><input type="radio" name="cn-show" id="cn-show-{kind}" value="{kind}"{checked}> {text}</label>'


def _table(
    project: Project, topic: str, found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]
) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in HEAD)
    rows = "".join(
        _claim(project, project.catalog.claims[name], there, changed.get(name, [])) for name, there in found.items()
    )
    title = topic_title(project, topic)
    holds = dict.fromkeys([overall(there) for there in found.values()])
    marks = "".join(f" cn-has--{kind}" for kind in (*holds, *([CHANGED] if {*found} & {*changed} else [])))
    return (
        f'<div class="cn-board{marks}" data-search-exclude>'
        f'<div class="cn-table" role="region" aria-label="Claims on {escape(title)}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead>{rows}</table></div>"
        f'<p><a href="{ROOT}{Paths.page_url(Paths.topic_page(topic))}">{escape(title)}: all that was found, '
        f"and the tests</a></p></div>"
    )


def _claim(project: Project, claim: ClaimInfo, found: list[Verdict], changed: list[Change]) -> str:
    """A claim's rows, one for each scale, in a <tbody> of their own."""
    said = refuted_words(found)
    sentence = claim_link(project, claim, f"<q>{escape(said)}</q>" if said else "")
    sentence += f"<br><small>Measured: {escape(claim.sentence)}</small>" if said else ""
    if changed:
        sentence += f'<br><small class="cn-changed">{escape("; ".join(words(changed)))}</small>'
    sentence = former_anchors(project, claim.id) + sentence
    span = f' rowspan="{len(found)}"' if len(found) > 1 else ""
    rows = [_scale(verdict) for verdict in found]
    rows[0] = f"<td{span}>{sentence}</td>{rows[0]}"
    marks = f"cn-row--{overall(found)}" + (f" cn-row--{CHANGED}" if changed else "")
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<tbody class="{marks}" id="{escape(claim.id)}">{body}</tbody>'


def _scale(verdict: Verdict) -> str:
    """The cells of one scale: verdict, name, the first comparison as accepted and on this machine, controls."""
    replicated, own = verdict.record.get("comparisons", []), verdict.comparisons
    effect, here, more = "", "", []
    if replicated:
        first = replicated[0]
        effect = difference(first["mean"], first["sd"])
        more.append(seeds(first["n"]))
        if own and own[0]["effect"] is not None:
            here = measured.write(own[0]["effect"], places(first["sd"], first["mean"]))
    elif own:
        found = difference(own[0]["effect"])
        effect, here = (found, "") if verdict.scale == EXACT else ("", found)
    if len(own or replicated) > 1:
        more.append(f"+{len(own or replicated) - 1}")
    effect += f"<br><small>{', '.join(more)}</small>" if more else ""
    cells = (sign(verdict.status, WORDS[verdict.status]), verdict.scale, effect, here, _controls(verdict))
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _controls(verdict: Verdict) -> str:
    """3 of 3 rejected: a broken model, exchanged ×2."""
    exact = verdict.scale == EXACT
    tried = verdict.controls if exact else verdict.record.get("controls", [])
    if not tried:
        return ""
    good = sum(bool(each["rejected"]) for each in tried)
    kinds = Counter(KINDS.get(each["kind"], each["kind"]) for each in tried)
    named = ", ".join(kind + (f" ×{count}" if count > 1 else "") for kind, count in kinds.items())
    return f"{good} of {len(tried)} {'caught' if exact else 'rejected'}<br><small>{escape(named)}</small>"
