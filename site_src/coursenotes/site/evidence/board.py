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

HEAD = ("Claim", "Verdict", "Measured", "Broken versions caught")
STATISTICS = "contribute/statistics.md"
CHANGED = "changed"  # one of the choices that filter the board, next to the verdicts
SCALES = {"sample": "sample", "full": "full", EXACT: "exact"}


def page(project: Project) -> str:
    """The board as Markdown: a table per topic. A row's id is the claim's name."""
    found = {name: verdicts.best(project.plan, name) for name in claims(project)}
    last = history.steps(project)[0]
    changed = last.claims if last.before else {}
    parts = front_matter("Claims", "Every claim of the notes, its verdict, and what would refute it")
    parts += ["", "# Claims", "", *_opening(project), "", _meanings(), "", since(project, last), ""]
    parts += [_counts(found), "", *([_filter(project, found, changed), ""] if found else [])]
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
        "**Here** is what the machine that built these pages found with its own few seeds, compared with the "
        "accepted mean and spread.",
    ]


def _meanings() -> str:
    items = "".join(f"<dt>{sign(status, word)}</dt><dd>{MEANINGS[status]}</dd>" for status, word in WORDS.items())
    told = f'<summary>What the verdicts mean</summary><dl class="cn-facts">{items}</dl>'
    return f'<details class="cn-meanings">{told}</details>'


def claims(project: Project, *, listed: bool = True) -> list[str]:
    """The names of the claims that listed pages show, or of those that none shows, sorted."""
    return [name for name in sorted(project.catalog.claims) if project.knowledge.visibility.claim(name) == listed]


def _counts(found: Mapping[str, list[Verdict]]) -> str:
    """How many claims there are, and how many have each verdict."""
    if not found:
        return "<p>No claims yet.</p>"
    counts = Counter(overall(there) for there in found.values())
    signs = " ".join(sign(status, f"{counts[status]} {word}") for status, word in WORDS.items() if counts[status])
    return f'<p class="cn-counts">{len(found)} claims: {signs}</p>'


def _filter(project: Project, found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]) -> str:
    """The choices of topic, verdict and scale, for board.js; without scripts they are not shown."""
    topics = Counter(project.catalog.claims[name].topic for name in found)
    kinds = Counter(overall(there) for there in found.values())
    scales = Counter(verdict.scale for there in found.values() for verdict in there)
    verdict = {status: (word, kinds[status]) for status, word in WORDS.items()}
    verdict[CHANGED] = ("changed since the last release", sum(name in found for name in changed))
    choices = [
        _choice("topic", {topic: (topic_title(project, topic), topics[topic]) for topic in sorted(topics)}),
        _choice("verdict", verdict),
        _choice("scale", {scale: (word, scales[scale]) for scale, word in SCALES.items()}),
    ]
    return (
        f'<fieldset class="cn-filter" data-search-exclude><legend>Show</legend>{"".join(choices)}'
        '<button type="button" disabled>Show all</button>'
        f'<output role="status">{len(found)} of {len(found)} claims</output></fieldset>'
    )


def _choice(name: str, options: Mapping[str, tuple[str, int]]) -> str:
    """A list to choose from: {value: (words, count)}; what there is none of is left out."""
    items = "".join(
        f'<option value="{escape(value)}">{escape(words)} ({count})</option>'
        for value, (words, count) in options.items()
        if count
    )
    return f'<label>{name} <select name="{name}"><option value="">all</option>{items}</select></label>'


def _table(
    project: Project, topic: str, found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]
) -> str:
    head = "".join(f'<th scope="col" role="columnheader">{cell}</th>' for cell in HEAD)
    rows = "".join(
        _claim(project, project.catalog.claims[name], there, changed.get(name, [])) for name, there in found.items()
    )
    title = topic_title(project, topic)
    return (
        f'<div class="cn-board" data-topic="{escape(topic)}" data-search-exclude>'
        f'<table role="table" aria-label="Claims on {escape(title)}">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>{rows}</table>'
        f'<p><a href="{ROOT}{Paths.page_url(Paths.topic_page(topic))}">{escape(title)}: all that was found, '
        f"and the tests</a></p></div>"
    )


def _claim(project: Project, claim: ClaimInfo, found: list[Verdict], changed: list[Change]) -> str:
    """A claim's rows, one for each scale, in a <tbody> of their own.

    On a phone, rows are blocks: the roles keep them a table, and each cell names its column.
    """
    said = refuted_words(found)
    sentence = claim_link(project, claim, f"<q>{escape(said)}</q>" if said else "")
    sentence += f"<br><small>Measured: {escape(claim.sentence)}</small>" if said else ""
    if changed:
        sentence += f'<br><small class="cn-changed">{escape("; ".join(words(changed)))}</small>'
    sentence = former_anchors(project, claim.id) + sentence
    span = f' rowspan="{len(found)}"' if len(found) > 1 else ""
    rows = [_scale(verdict) for verdict in found]
    rows[0] = f'<td role="cell"{span}>{sentence}</td>{rows[0]}'
    marks = f"cn-row--{overall(found)}" + (f" cn-row--{CHANGED}" if changed else "")
    body = "".join(
        f'<tr role="row" data-verdict="{verdict.status}" data-scale="{verdict.scale}">{row}</tr>'
        for verdict, row in zip(found, rows, strict=True)
    )
    return f'<tbody class="{marks}" role="rowgroup" id="{escape(claim.id)}">{body}</tbody>'


def _scale(verdict: Verdict) -> str:
    """The cells of one scale: verdict and scale, the first comparison as accepted and on this machine, controls."""
    badge = f"{sign(verdict.status, WORDS[verdict.status])} <small>{SCALES[verdict.scale]}</small>"
    cells = zip(HEAD[1:], (badge, _measured(verdict), _controls(verdict)), strict=True)
    return "".join(f'<td role="cell" data-label="{head}">{cell}</td>' for head, cell in cells)


def _measured(verdict: Verdict) -> str:
    """−0.329 ± 0.037 20 seeds, +1, here −0.05."""
    replicated, own = verdict.record.get("comparisons", []), verdict.comparisons
    more = len(own or replicated) - 1
    told = [f"+{more}"] if more > 0 else []
    if replicated:
        first = replicated[0]
        effect = difference(first["mean"], first["sd"])
        told.insert(0, seeds(first["n"]))
        if own and own[0]["effect"] is not None:
            told.append(f"here {measured.write(own[0]['effect'], places(first['sd'], first['mean']))}")
    elif own:
        effect = f"{'' if verdict.scale == EXACT else 'here '}{difference(own[0]['effect'])}"
    else:
        return ""
    return f"<span>{effect}</span>" + (f" <small>{', '.join(told)}</small>" if told else "")


def _controls(verdict: Verdict) -> str:
    """3 of 3: a broken model, exchanged ×2."""
    tried = verdict.controls if verdict.scale == EXACT else verdict.record.get("controls", [])
    if not tried:
        return ""
    good = sum(bool(each["rejected"]) for each in tried)
    kinds = Counter(KINDS.get(each["kind"], each["kind"]) for each in tried)
    named = ", ".join(kind + (f" ×{count}" if count > 1 else "") for kind, count in kinds.items())
    return f"<span>{good} of {len(tried)}</span> <small>{escape(named)}</small>"
