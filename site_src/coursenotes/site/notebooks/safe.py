"""HTML that somebody else wrote: cleaned for our pages, and a note on what was removed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser

import nh3
from pygments.token import STANDARD_TYPES

from coursenotes.discover.text.prose import links, prose

TAGS = set(
    "a abbr b blockquote br caption code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins "
    "kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
    .split()
)  # fmt: skip
GONE = set(  # with their content
    "script style iframe object embed svg math template noscript select textarea button title video audio canvas"
    .split()
)  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "class", "id"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
    "details": {"open"},
    "section": {"data-search-exclude"},
    **{tag: {"id"} for tag in ("h1", "h2", "h3", "h4", "h5", "h6")},
}
ANSI = {"ansi-bold", "ansi-underline", "ansi-inverse"} | {
    f"ansi-{color}{bright}-{ground}"
    for color in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
    for bright in ("", "-intense")
    for ground in ("fg", "bg")
}
CLASSES: dict[str, set[str]] = {
    "a": {"headerlink", "cn-time"},
    "div": {"highlight", "cn-cell", "arithmatex"},
    "section": {"cn-output"},
    "span": {*filter(None, STANDARD_TYPES.values()), *ANSI, "arithmatex", "cn-time"},
    "p": {"cn-cut"},
}
WORDS = {
    "script": ("a script", "scripts"),
    "iframe": ("an embedded page", "embedded pages"),
    "object": ("an embedded page", "embedded pages"),
    "embed": ("an embedded page", "embedded pages"),
    "form": ("a form", "forms"),
    "button": ("a button", "buttons"),
    "video": ("a video", "videos"),
    "audio": ("a recording", "recordings"),
    "svg": ("a drawing", "drawings"),
    "canvas": ("a drawing", "drawings"),
    "on": ("an event handler", "event handlers"),
    "link": ("a link that runs a script", "links that run scripts"),
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

_RUNS = re.compile(r"(?:javascript|vbscript|data):", re.IGNORECASE)


def loose(html: str) -> str:
    """HTML without scripts, styles and handlers, and with all elements closed; it keeps classes and addresses."""
    attributes = {tag: names | {"class", "id"} for tag, names in ATTRIBUTES.items()}
    attributes["*"] = {"class"}
    attributes["input"] = {"type", "checked"}
    return nh3.clean(
        html, tags=TAGS | {"input"}, clean_content_tags=GONE, attributes=attributes, link_rel=None,
        attribute_filter=_address, url_schemes={"http", "https", "mailto", "data", "lecture"},
    )  # fmt: skip


def strict(html: str) -> str:
    """HTML that is safe on our pages: nothing in it runs, and nothing is loaded from elsewhere."""
    return nh3.clean(
        html, tags=TAGS, clean_content_tags=GONE, attributes={t: names - {"class"} for t, names in ATTRIBUTES.items()},
        link_rel=None, attribute_filter=_address, url_schemes={"http", "https", "mailto", "data"},
        allowed_classes=CLASSES,
    )  # fmt: skip


def _address(tag: str, name: str, value: str) -> str | None:
    if name == "href" and re.match(r"data:", value.strip(), re.IGNORECASE):
        return None
    if name in ("colspan", "rowspan", "width", "height", "start") and not re.fullmatch(r"\d{1,5}", value):
        return None
    return value


class _Lost(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in WORDS:
            self.found[tag] += 1
        for name, value in attrs:
            if name.startswith("on"):
                self.found["on"] += 1
            elif name in ("href", "action") and _RUNS.match("".join((value or "").split())):
                self.found["link"] += 1


def lost(html: str) -> Counter[str]:
    """The counts of what loose() removes and a reader may miss, by the keys of WORDS; style does not count."""
    parser = _Lost()
    parser.feed(html)
    parser.close()
    return parser.found


def lost_from_markdown(text: str) -> Counter[str]:
    """The same for Markdown: its raw HTML, and its links."""
    masked = prose(text)
    found = lost(masked)
    found["link"] += sum(bool(_RUNS.match(link.href)) for link in links(masked) if not link.image)
    return found


def sentence(found: Counter[str]) -> str:
    """Left out here: a script, two videos. Empty for no omissions."""
    merged: Counter[tuple[str, str]] = Counter()
    for name, count in found.items():
        merged[WORDS[name]] += count
    return left_out(
        one if count == 1 else f"{NUMBERS[count] if count < len(NUMBERS) else f'{count:,}'} {many}"
        for (one, many), count in merged.items()
        if count
    )


def left_out(things: Iterable[str]) -> str:
    """A paragraph on the things left out; empty without any."""
    words = ", ".join(things)
    return f'<p class="cn-cut">Left out here: {escape(words)}.</p>' if words else ""
