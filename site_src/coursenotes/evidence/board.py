"""The claims board: one row a claim, with its verdict, what was measured, what refutes it, and what changed of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

from coursenotes import releases
from coursenotes.claims import verdicts
from coursenotes.evidence.changes import since, words
from coursenotes.evidence.html import ROOT, badge, claim_link, front_matter, topic_title
from coursenotes.evidence.verdict import KINDS, difference, refuted_words, short
from coursenotes.layout import Layout
from coursenotes.markdown.claims import MARKS, WORDS, overall

if TYPE_CHECKING:
    from coursenotes.claims.verdicts import Verdict
    from coursenotes.discover import ClaimInfo
    from coursenotes.plan import Library
    from coursenotes.releases import Change

HEAD = ("claim", "verdict", "scale", "effect", "spread", "fails as it must")
CHANGED = "changed"  # among the verdicts that the board can be held down to


def page(library: Library) -> str:
    """The board as Markdown: a table a topic. A row's id is the claim's name."""
    found = {name: verdicts.best(library, name) for name in claims(library)}
    last = releases.history(library)[0]
    changed = last.claims if last.before else {}
    parts = front_matter("Claims", "Every claim of the notes, its verdict, and what would refute it")
    parts += [
        "", "# Claims", "",
        "Each claim has a test, and the test has to fail on what would refute the claim: "
        "a broken model, exchanged or shuffled groups, a wrong function, or chance alone. "
        "A sentence leads to all that was found and to the test. "
        "The effect is the difference that the first comparison of the claim speaks of; +2 stands for two more.", "",
        since(library, last), "",
        _choices(found, changed), "",
    ]  # fmt: skip
    for topic in sorted({library.site.claims[name].topic for name in found}):
        there = {name: verdict for name, verdict in found.items() if library.site.claims[name].topic == topic}
        parts += [f"## {topic_title(library, topic)}", "", _table(library, topic, there, changed), ""]
    return "\n".join(parts)


def claims(library: Library, *, listed: bool = True) -> list[str]:
    """The claims that listed pages show, or those that none does, by name."""
    return [name for name in sorted(library.site.claims) if library.knowledge.visibility.claim(name) == listed]


def _choices(found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]) -> str:
    """The verdicts counted, each a choice that holds the board down to it: by CSS alone."""
    if not found:
        return "<p>No claims yet.</p>"
    counts = Counter(overall(there) for there in found.values())
    changes = sum(name in found for name in changed)
    kinds = [("all", "", f"all {len(found)}")]
    kinds += [(status, MARKS[status], f"{counts[status]} {word}") for status, word in WORDS.items() if counts[status]]
    kinds += [(CHANGED, "", f"{changes} changed")] if changes else []
    return (
        '<fieldset class="cn-counts"><legend>Show</legend>'
        + "".join(_choice(kind, mark, text) for kind, mark, text in kinds)
        + "</fieldset>"
    )


def _choice(kind: str, mark: str, text: str) -> str:
    checked = " checked" if kind == "all" else ""
    if mark:
        text = f'<span class="cn-badge"><span class="cn-badge__mark" aria-hidden="true">{mark}</span> {text}</span>'
    verdict = f' class="cn-claim cn-claim--{kind}"' if mark else ""
    button = f'<input type="radio" name="cn-show" id="cn-show-{kind}" value="{kind}"{checked}>'
    return f"<label{verdict}>{button} {text}</label>"


def _table(
    library: Library, topic: str, found: Mapping[str, list[Verdict]], changed: Mapping[str, list[Change]]
) -> str:
    head = "".join(f'<th scope="col">{cell}</th>' for cell in HEAD)
    rows = "".join(
        _claim(library, library.site.claims[name], there, changed.get(name, [])) for name, there in found.items()
    )
    title = topic_title(library, topic)
    holds = dict.fromkeys([overall(there) for there in found.values()])
    marks = "".join(f" cn-has--{kind}" for kind in (*holds, *([CHANGED] if {*found} & {*changed} else [])))
    return (
        f'<div class="cn-board{marks}" data-search-exclude>'
        f'<div class="cn-table" role="region" aria-label="Claims on {escape(title)}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead>{rows}</table></div>"
        f'<p><a href="{ROOT}{Layout.page_url(Layout.topic_page(topic))}">{escape(title)}: all that was found, '
        f"and the tests</a></p></div>"
    )


def _claim(library: Library, claim: ClaimInfo, found: list[Verdict], changed: list[Change]) -> str:
    """A claim's rows, one for each scale, in a body of their own."""
    said = refuted_words(found)
    sentence = claim_link(library, claim, f"<q>{escape(said)}</q>" if said else "")
    sentence += f"<br><small>Measured: {escape(claim.sentence)}</small>" if said else ""
    if changed:
        sentence += f'<br><small class="cn-changed">{escape("; ".join(words(changed)))}</small>'
    span = f' rowspan="{len(found)}"' if len(found) > 1 else ""
    rows = [_scale(verdict) for verdict in found]
    rows[0] = f"<td{span}>{sentence}</td><td{span}>{badge(found)}</td>{rows[0]}"
    marks = f"cn-row--{overall(found)}" + (f" cn-row--{CHANGED}" if changed else "")
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<tbody class="{marks}" id="{escape(claim.id)}">{body}</tbody>'


def _scale(verdict: Verdict) -> str:
    """The cells of one scale: its name, the first comparison, and what failed as it must."""
    effect, spread = "", ""
    if verdict.comparisons:
        first, *others = verdict.comparisons
        effect = difference(first) + (f" <small>+{len(others)}</small>" if others else "")
        spread = "" if first.get("spread") is None else f"± {short(first['spread'])}"
    return "".join(f"<td>{cell}</td>" for cell in (verdict.scale, effect, spread, _arms(verdict.arms)))


def _arms(arms: Iterable[Mapping[str, object]]) -> str:
    """3 of 3: a broken model, chance alone ×2."""
    arms = list(arms)
    if not arms:
        return ""
    failed = sum(bool(arm["failed_as_it_must"]) for arm in arms)
    kinds = Counter(KINDS.get(str(arm["kind"]), str(arm["kind"])) for arm in arms)
    named = ", ".join(kind + (f" ×{count}" if count > 1 else "") for kind, count in kinds.items())
    return f"{failed} of {len(arms)}<br><small>{escape(named)}</small>"
