"""Small pieces of HTML and addresses that the generated pages share."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from coursenotes.claims.verdicts import SIGNS
from coursenotes.discover.headings import page_title
from coursenotes.discover.project import PageInfo
from coursenotes.knowledge.links import renamed
from coursenotes.paths import Paths
from coursenotes.site.markdown.claims import overall, words
from coursenotes.site.markdown.numbers import in_words

if TYPE_CHECKING:
    from coursenotes.discover.project import ClaimInfo
    from coursenotes.project import Project

ROOT = "../../"  # from evidence/name/ and reference/name/ to the site's root


def front_matter(title: str, description: str, *, search: bool = True) -> list[str]:
    """The front matter of a generated page, line by line. search: whether the site's search finds the page."""
    quoted = description.replace("\\", "\\\\").replace('"', '\\"')
    excluded = [] if search else ["search: {exclude: true}"]
    return ["---", f'title: "{title}"', f'description: "{quoted}"', "hide: [tags]", *excluded, "---"]


def paragraphs(doc: str) -> str:
    """A docstring's paragraphs."""
    parts = (" ".join(part.split()) for part in doc.strip().split("\n\n"))
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part)


def table(head: Iterable[str], rows: Iterable[tuple[str, Iterable[str]]], label: str, kind: str = "") -> str:
    """A table that scrolls if it is too wide. Cells are HTML; a row is (its class, its cells)."""
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(_row(name, row) for name, row in rows)
    return scrolling(f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody>", label, kind)


def scrolling(inside: str, label: str, kind: str = "") -> str:
    """A table with this content, which scrolls if it is too wide."""
    named = f' class="{kind}"' if kind else ""
    region = f'role="group" aria-label="{escape(label)}" tabindex="0"'
    return f'<div class="cn-table" {region}><table{named}>{inside}</table></div>'


def _row(name: str, row: Iterable[str]) -> str:
    named = f' class="{name}"' if name else ""
    return f"<tr{named}>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"


def badge(found: list[Any]) -> str:
    """The verdict of a claim at all its scales, as a badge."""
    return sign(overall(found), words(found))


def sign(status: str, text: str) -> str:
    """Words as a badge, in the color and with the sign of a verdict."""
    mark = f'<span class="cn-badge__mark" aria-hidden="true">{SIGNS[status]}</span>'
    return f'<span class="cn-claim cn-claim--{status}"><span class="cn-badge">{mark} {text}</span></span>'


def page_url(name: str) -> str:
    """The address of a page of docs/, from a generated page."""
    return ROOT + Paths.page_url(name)


def page_link(page: PageInfo, words: str = "", place: str = "") -> str:
    """A page's title, or other words, as a link to the page or a place on it, from a generated page."""
    address = page_url(page.name) + (f"#{place}" if place else "")
    return f'<a href="{escape(address)}">{escape(words or page_title(page))}</a>'


def topic_title(project: Project, topic: str, *, listed: bool = True) -> str:
    """A topic's title: that of its concept's page if it may be shown, or else the topic's name in words.

    listed: show the titles of listed pages only.
    """
    name = Paths.concept_page(topic)
    info = project.catalog.pages.get(name)
    if info is not None and (not listed or project.knowledge.visibility.page(name)):
        return page_title(info)
    return in_words(topic).capitalize()


def pages_with(project: Project, scheme: str, targets: Iterable[str], *, listed: bool = True) -> list[str]:
    """Links to the pages, listed or all, with references of this scheme to one of the targets, and their lines."""
    wanted = set(targets)
    links = []
    pages = project.knowledge.visibility.pages if listed else project.catalog.pages.values()
    for page in sorted(pages, key=lambda page: Paths.counted(page.name)):
        lines = [r.line for r in page.references if r.scheme == scheme and r.name in wanted]
        if lines:
            where = f"docs/{page.name}, line {', '.join(str(line) for line in dict.fromkeys(lines))}"
            links.append(f"{page_link(page)} ({escape(where)})")
    return links


def claim_link(project: Project, claim: ClaimInfo, words: str = "") -> str:
    """A claim's sentence, or other words in HTML, as a link to the claim in full."""
    address = ROOT + project.knowledge.visibility.claim_url(claim.id)
    return f'<a href="{escape(address)}">{words or escape(claim.sentence)}</a>'


def former_anchors(project: Project, claim: str) -> str:
    """Empty elements with the names that a claim had before, so that old links still lead to it."""
    former = (old for old, new in renamed.names(project.catalog, "claim").items() if new == claim)
    return "".join(f'<span id="{escape(old)}"></span>' for old in sorted(former))


def experiment_link(name: str, root: str = ROOT) -> str:
    """An experiment's id as a link to its evidence. root: the path to the site's root."""
    return f'<a href="{root}evidence/{escape(name)}/"><code>{escape(name)}</code></a>'
