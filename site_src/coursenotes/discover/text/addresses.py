"""The grammar of addresses: measured:dropout.drop_rate.valid_loss?p=0.5&scale=full -> (scheme, name, settings, scale).

On the page of dropout, the topic is implied: measured:drop_rate.valid_loss?p=0.5. A page whose front matter says
scale: full means the published results with its figures, numbers and tables. Both are written out in a Target, so
that nothing else knows of short forms. Whether the names exist is checked by site/markdown/resolve.py.
"""

from __future__ import annotations

import ast
import contextlib
import html
import re
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import unquote

from coursenotes.discover.text.prose import links, prose
from coursenotes.errors import nearest

SCHEMES = ("code", "figure", "measured", "table", "claim", "lecture", "term", "dated")
WEB = ("http", "https", "mailto")
_NAME = r"[^\W\d]\w*"
_TARGETS = {
    "code": re.compile(rf"{_NAME}(?:\.{_NAME}){{1,2}}"),
    "figure": re.compile(rf"{_NAME}\.{_NAME}(?:#curves)?"),
    "measured": re.compile(rf"{_NAME}\.{_NAME}\.{_NAME}"),
    "table": re.compile(rf"{_NAME}\.{_NAME}"),
    "claim": re.compile(rf"{_NAME}\.{_NAME}"),
    "lecture": re.compile(r"[A-Za-z0-9][\w./-]*(?:@[\d:]+)?"),
    "term": re.compile(r"\w[\w .+/-]*"),
    "dated": re.compile(r"\d{4}-\d{2}-\d{2}"),
}
_PARTS = {"code": 2, "figure": 2, "measured": 3, "table": 2, "claim": 2}  # of a name that has its topic
SCALED = ("figure", "measured", "table")  # what a page's scale applies to; a claim has one of its own, or names it
_SETTINGS: dict[str, tuple[str, ...] | None] = {"measured": None, "table": None, "dated": ("review",)}  # None: any
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


@dataclass(frozen=True)
class Context:
    """The topic and the scale that the references of a page imply; the topic is empty on pages of none."""

    topic: str = ""
    scale: str = "sample"


class Target(NamedTuple):
    """The target of an address of ours, with its topic and its scale."""

    scheme: str
    name: str
    settings: dict[str, Any]
    scale: str


class Malformed(ValueError):
    """An address with a scheme of ours that cannot be read: why, and how to fix it."""

    def __init__(self, what: str, fix: str | None = None):
        super().__init__(what)
        self.fix = fix


def parse_href(href: str, context: Context = Context()) -> Target | None:
    """The target of an address on a page, or None if its scheme is not ours. Raises Malformed."""
    match = _SCHEME.match(href)
    scheme = match[1] if match else ""
    if scheme not in SCHEMES:
        return None
    name, question, query = href[len(scheme) + 1 :].partition("?")
    name = _with_topic(scheme, unquote(name), context, href)
    if not _TARGETS[scheme].fullmatch(name):
        raise Malformed(f"{href} does not have the form of {scheme}:")
    default = context.scale if scheme in SCALED else "sample"
    settings, scale = _settings(href, query, default) if question else ({}, default)
    taken = _SETTINGS.get(scheme, ())
    if taken is not None and not settings.keys() <= set(taken):
        takes = f"only {', '.join(taken)}=" if taken else "no settings"
        raise Malformed(f"{scheme}: takes {takes}, but {href} has {', '.join(settings)}", f"write {scheme}:{name}")
    if scale != "sample" and scheme in ("code", "lecture", "term", "dated"):
        raise Malformed(f"{scheme}: has no scale", f"write {scheme}:{name}")
    if scheme == "lecture":
        time = name.partition("@")[2]
        problem = time_problem(time) if "@" in name else None
        if problem:
            raise Malformed(f"{href}: {problem[0]}", problem[1])
    return Target(scheme, name, settings, scale)


def write_href(target: Target, context: Context = Context()) -> str:
    """The shortest address of a target on a page: the inverse of parse_href."""
    return _address(target, context, [f"{name}={_written(value)}" for name, value in target.settings.items()])


def _address(target: Target, context: Context, settings: list[str]) -> str:
    default = context.scale if target.scheme in SCALED else "sample"
    pairs = settings + ([f"scale={target.scale}"] if target.scale != default else [])
    name = target.name
    if target.scheme in _PARTS and context.topic:
        short = name.removeprefix(f"{context.topic}.")
        with contextlib.suppress(Malformed):
            name = short if _with_topic(target.scheme, short, context, short) == name else name
    return f"{target.scheme}:{name}" + ("?" + "&".join(pairs) if pairs else "")


def written_out(text: str, context: Context) -> str:
    """A page's text, or a part of it, with the topic and the scale that its references imply: it reads so anywhere."""
    return _rewritten(text, context, Context())


def shortened(text: str, context: Context) -> str:
    """A page's text with its references as short as the page allows: the inverse of written_out."""
    return _rewritten(text, context, context)


def _rewritten(text: str, context: Context, other: Context) -> str:
    """A text with the addresses that have the same targets in another context; settings stay as they are spelled."""
    for link in reversed(list(links(prose(text)))):
        with contextlib.suppress(Malformed):
            target = parse_href(link.href, context)
            start = text.find(link.href, link.text_end)
            if target is None or target.scheme not in _PARTS or start < 0:
                continue
            pairs = [pair for pair in link.href.partition("?")[2].split("&") if pair and not pair.startswith("scale=")]
            text = text[:start] + _address(target, other, pairs) + text[start + len(link.href) :]
    return text


def parse_time(text: str) -> int:
    """Seconds of h:mm:ss or mm:ss. Raises Malformed if minutes or seconds are over 59, or for any other form."""
    problem = time_problem(text)
    if problem:
        raise Malformed(f"{text} is not a time: {problem[0]}", problem[1])
    seconds = 0
    for field in text.split(":"):
        seconds = 60 * seconds + int(field)
    return seconds


def write_time(seconds: int) -> str:
    """1:08:22, always with three fields."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"


def is_web_address(text: str) -> bool:
    """Whether a text is the address of a web page, and nothing else."""
    return bool(re.fullmatch(r"https?://[^\s<>\"]+", text))


def scheme_problem(href: str) -> tuple[str, str | None] | None:
    """(what, fix) where the scheme of an address is neither ours nor one of the web; else None."""
    match = _SCHEME.match("".join(html.unescape(href).split()))
    if not match or match[1] in SCHEMES or match[1].lower() in WEB:
        return None
    close = nearest(match[1].lower(), (*SCHEMES, *WEB))
    fix = f"write {close}:{href.partition(':')[2]}" if close else None
    return f'no scheme "{match[1]}:"; there is {", ".join(f"{s}:" for s in (*SCHEMES, *WEB))}', fix


def _with_topic(scheme: str, name: str, context: Context, href: str) -> str:
    """A name with the topic that it implies. Raises Malformed where there is none to imply."""
    parts = name.split(".")
    method = scheme == "code" and len(parts) == 2 and parts[0][:1].isupper()  # Dropout.forward; topics are lowercase
    if scheme not in _PARTS or not (len(parts) == _PARTS[scheme] - 1 or method) or not all(parts):
        return name
    if not context.topic:
        raise Malformed(f"{href} does not say of which topic", f"write {href.replace(':', ':topic.', 1)}")
    return f"{context.topic}.{name}"


def _settings(href: str, query: str, default: str) -> tuple[dict[str, Any], str]:
    settings: dict[str, Any] = {}
    for pair in html.unescape(query).split("&"):
        name, equals, value = pair.partition("=")
        if not (equals and name.isidentifier() and value):
            raise Malformed(f'"{pair}" in {href} is not setting=value')
        if name in settings:
            raise Malformed(f"{href} gives {name} twice")
        settings[name] = _literal(unquote(value))
    scale = settings.pop("scale", default)
    if scale not in ("sample", "full"):
        raise Malformed(f'no scale "{scale}"; there is sample, full', f"write {_with_scale(href, scale)}")
    return settings, scale


def _with_scale(href: str, wrong: Any) -> str:
    """The address with the nearest scale in place of an unknown one."""
    return href.replace(f"scale={wrong}", f"scale={nearest(str(wrong), ('sample', 'full')) or 'full'}")


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return re.sub(r"[%&\s()<>]", lambda match: f"%{ord(match[0]):02X}", text)


def time_problem(time: str) -> tuple[str, str | None] | None:
    if not re.fullmatch(r"\d{1,3}(?::\d{1,2}){1,2}", time):
        return "a time is h:mm:ss, or mm:ss after a lecture", None
    *before, minutes, seconds = (int(field) for field in time.split(":"))
    if minutes < 60 and seconds < 60:
        return None
    total = 60 * (60 * (before[0] if before else 0) + minutes) + seconds
    return "minutes and seconds go to 59", f"is it {write_time(total)}?"
