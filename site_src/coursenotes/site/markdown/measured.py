"""Measured numbers in prose: their format, whether a page's text still agrees, and digits typed by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from coursenotes.claims import acceptance, statistics
from coursenotes.claims.statistics import Spread
from coursenotes.discover.project import PageInfo
from coursenotes.discover.text.addresses import Malformed, Target, parse_href
from coursenotes.discover.text.citations import CITATION
from coursenotes.discover.text.formulas import formulas
from coursenotes.discover.text.prose import blank, heading_lines, line_of, links, prose
from coursenotes.discover.text.references import TIME
from coursenotes.errors import Problem
from coursenotes.experiments.plan import Plan
from coursenotes.result import Results
from coursenotes.site.markdown.resolve import chosen_settings

THIN = "\u202f"  # a narrow space that does not break
MINUS = "\u2212"
PLAIN = 3  # significant digits of a number without a spread
MOST = 4  # significant digits shown at most, however narrow the spread
GIVEN = "<!-- given -->"  # at a line's end: its numbers come from a source, not from a run

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FROM_SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_NUMBER = re.compile(r"[+-]?\d+(?P<fraction>\.\d*)?(?:e(?P<exponent>[+-]?\d+))?")
_LOOKS = re.compile(
    r"(?<![\w.,/:=×^-])[−-]?\d+(?:[.,]\d+)?(?:\s?(?:%|ms\b|MB\b|GB\b)|\s(?:s|sec|seconds?|minutes?|nats)\b)"
    r"|(?<![\w.,/:=×^])\d+\.\d+(?![\w.]|,\d|\s?[×x]\s?\d)"
    r"|(?<![\w.,/:=×^])\d+\.\d+(?=\.(?:\s|$))"
)
_MARKUP = re.compile(r"<[A-Za-z/][^<>]*>|https?://\S+|^ {0,3}\[[^\]]+\]:.*", re.MULTILINE)
_DELIMITER = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


@dataclass(frozen=True)
class Shown:
    """A measured number: its text, and the mean, spread and number of seeds n behind it."""

    text: str
    mean: float
    sd: float
    n: int
    decimals: int


def show(values: Iterable[float], percent: bool = False) -> Shown:
    """The mean over seeds, with as many digits as the spread allows.

    The last digit shown is the first digit of the standard error; at least two and at most four significant digits.
    Without a spread: three significant digits; whole numbers as they are. percent shows 0.935 as 93.5 %.
    """
    numbers = np.asarray(list(values), dtype=float) * (100 if percent else 1)
    unit = f"{THIN}%" if percent else ""
    bad = int((~np.isfinite(numbers)).sum())
    if bad:
        text = "diverged" if bad == len(numbers) else f"diverged in {bad} of {len(numbers)} seeds"
        return Shown(text, math.nan, math.nan, len(numbers), 0)
    mean = float(numbers.mean())
    sd = float(numbers.std(ddof=1)) if len(numbers) > 1 else 0.0
    whole = bool((numbers == numbers.round()).all()) and not percent
    first = math.floor(math.log10(abs(mean))) if mean else 0
    if sd <= 1e-12 * max(abs(mean), 1e-300):
        decimals = 0 if whole or not mean else PLAIN - 1 - first
    else:
        decimals = -math.floor(math.log10(sd / math.sqrt(len(numbers))) + 1e-9)
        decimals = min(max(decimals, 1 - first), MOST - 1 - first) if mean else decimals
    return Shown(write(mean, decimals) + unit, mean, sd, len(numbers), decimals)


def write(value: float, decimals: int) -> str:
    """A number for people: 12 345.6 with narrow spaces, a real minus, and a power of ten if it is tiny or huge."""
    if not math.isfinite(value):
        return "not finite"
    size = abs(value)
    if size and not 1e-4 <= size < 1e9:
        power = math.floor(math.log10(size))
        places = min(max(decimals + power, 0), MOST - 1)
        text = f"{size / 10.0**power:.{places}f}×10{str(power).translate(_SUPERSCRIPT)}"
    else:
        text = f"{size:,.{max(decimals, 0)}f}"
        text = text.replace(",", THIN if size >= 10_000 else "")
    return (MINUS if value < 0 and text.strip("0.") else "") + text


def read(text: str) -> tuple[float, float] | None:
    """(value, unit of its last digit) of a number as people write it, or None. 93.5 % is 93.5."""
    plain = text.strip().rstrip("%").strip().replace(MINUS, "-")
    plain = re.sub(r"(?<=\d)[\s,_\u2009\u202f\u00a0'](?=\d{3}(?!\d))", "", plain)
    power = re.fullmatch(r"(.*?)\s*[×x·]\s*10\^?\{?([-⁻⁰¹²³⁴⁵⁶⁷⁸⁹\d]+)\}?", plain)
    if power:
        plain = f"{power[1]}e{power[2].translate(_FROM_SUPERSCRIPT)}"
    match = _NUMBER.fullmatch(plain.lower())
    if not match:
        return None
    decimals = len(match["fraction"] or ".") - 1
    return float(match[0]), 10.0 ** (int(match["exponent"] or 0) - decimals)


def lookup(plan: Plan, target: Target, text: str = "") -> tuple[Shown, Results] | None:
    """The number that a measured: reference shows, and the results behind it; None if not all of it was run.

    Raises KeyError for a name that is not in the results.
    """
    experiment, _, metric = target.name.rpartition(".")
    results = plan.results(experiment, target.scale)
    if results is None:
        return None
    rows = results.select(**chosen_settings(plan.catalog.experiments[experiment], target.settings))
    return show(rows.metric(metric), percent="%" in text), rows


def accepted(plan: Plan, target: Target, rows: Results, percent: bool) -> Spread | None:
    """The mean and spread of a number over the seeds of a replication; None if its experiment was not replicated."""
    experiment, _, metric = target.name.rpartition(".")
    found = acceptance.number(plan, experiment, rows.scale, metric, rows.groups()[0][0])
    factor = 100 if percent else 1
    return found and Spread(found.n, factor * found.mean, factor * found.sd)


def _may_differ(plan: Plan, target: Target, shown: Shown, rows: Results, percent: bool) -> float:
    """How far the text of a number may differ from the value measured here: machines differ as seeds do.

    Published results are the same everywhere, so their texts have to agree to the last digit.
    """
    if rows.scale == "full":
        return 0.0
    spread = accepted(plan, target, rows, percent)
    if spread is not None:
        return statistics.between_means(spread, shown.n)
    return statistics.between_means(Spread(shown.n, shown.mean, shown.sd), shown.n, estimated=True)


def text_problems(plan: Plan, page: PageInfo) -> list[Problem]:
    """Texts of measured: links that are empty, not a number, or further off than two machines may differ."""
    problems = []
    for reference in page.references:
        if reference.scheme == "measured":
            wrong = _disagrees(plan, reference.target, reference.text)
            if wrong:
                problems.append(Problem(wrong[0], page.path, reference.line, (),
                                     f"coursenotes check --fix {page.name} writes {wrong[1]}"))  # fmt: skip
    return problems


def fix_texts(plan: Plan, page: PageInfo) -> str:
    """The page with the measured value written into every text that text_problems would report."""
    text = page.text
    for link in reversed(list(links(prose(text)))):
        try:
            target = parse_href(link.href, page.context)
        except Malformed:
            continue
        if target is not None and target.scheme == "measured":
            wrong = _disagrees(plan, target, text[link.text_start : link.text_end])
            if wrong:
                text = text[: link.text_start] + wrong[1] + text[link.text_end :]
    return text


def _disagrees(plan: Plan, target: Target, text: str) -> tuple[str, str] | None:
    """(problem, correct text), or None if the text is right or nothing was measured yet."""
    try:
        found = lookup(plan, target, text)
    except KeyError:
        return None  # a wrong name, which names.py reports
    if found is None:
        return None
    shown, rows = found
    name = f"{target.scheme}:{target.name}"
    if not text.strip():
        return f"{name} has no text; measured: {shown.text}", shown.text
    value = read(text)
    if not math.isfinite(shown.mean):
        return None if text.strip() == shown.text else (f"{name} says {text.strip()}; it {shown.text}", shown.text)
    if value is None:
        return f"the text of {name} is not a number: {text.strip()!r}; measured: {shown.text}", shown.text
    if abs(value[0] - shown.mean) > value[1] * (1 + 1e-9) + _may_differ(plan, target, shown, rows, "%" in text):
        return f"{name} says {text.strip()}; measured: {shown.text}", shown.text
    return None


def looks_measured(text: str) -> list[tuple[int, str]]:
    """(line, digits) of each decimal, percentage and duration in prose that is not a reference.

    Left out: code, links, tables, formulas, headings, raw HTML, times, whole numbers without a unit, and lines that
    end in <!-- given -->, whose numbers come from a source.
    """
    masked = prose(text)
    for link in links(masked):
        masked = _without(masked, link.start, link.end)
    for pattern in (TIME, CITATION):
        masked = pattern.sub(lambda match: blank(match[0]), masked)
    for formula in formulas(masked):
        masked = _without(masked, formula.start, formula.end)
    masked = _MARKUP.sub(lambda match: blank(match[0]), masked)
    skipped = heading_lines(prose(text)) | set(_table_lines(masked))
    skipped |= {n for n, line in enumerate(text.split("\n"), 1) if line.rstrip().endswith(GIVEN)}
    found = [(line_of(masked, match.start()), match[0].strip()) for match in _LOOKS.finditer(masked)]
    return [(line, digits) for line, digits in found if line not in skipped]


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + blank(text[start:end]) + text[end:]


def _table_lines(masked: str) -> Iterator[int]:
    lines = masked.split("\n")
    for n, line in enumerate(lines):
        if "|" in line and _DELIMITER.match(line):
            first, last = n, n
            while first > 0 and lines[first - 1].strip():
                first -= 1
            while last + 1 < len(lines) and lines[last + 1].strip():
                last += 1
            yield from range(first + 1, last + 2)
