"""measured: and table: as HTML. A number links to its evidence, and its tip shows where it comes from."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree as ET

from coursenotes.claims.statistics import Spread
from coursenotes.discover.text.addresses import Target
from coursenotes.experiments import provenance
from coursenotes.result import Results
from coursenotes.site.markdown import measured, words
from coursenotes.site.markdown.measured import Shown
from coursenotes.site.markdown.resolve import chosen_settings
from coursenotes.site.markdown.view import View

FULL = {"sample": "", "full": " at full scale"}


def number(view: View, element: ET.Element, target: Target) -> None:
    """Make a link element show the measured number. Raises KeyError for a name that is not in the results."""
    experiment = target.name.rpartition(".")[0]
    text = "".join(element.itertext())
    found = measured.lookup(view.project.plan, target, text)
    for child in list(element):
        element.remove(child)
    element.set("href", view.evidence(experiment))
    element.set("class", "cn-measured")
    if found is None:
        element.text = None
        ET.SubElement(element, "span", {"class": "cn-missing"}).text = f"not yet run{FULL[target.scale]}"
        return
    shown, results = found
    element.text = shown.text
    replicated = measured.accepted(view.project.plan, target, results, "%" in text)
    lines = [
        spread(shown) if replicated is None else both(replicated, shown),
        *provenance.summary(view.project.plan, results),
    ]
    if results.stale:
        element.set("class", "cn-measured cn-measured--stale")
        lines.append(f"measured with older code: {results.stale}")
    tip(view, element, lines)


def tip(view: View, element: ET.Element, lines: list[str], *, markdown: bool = False) -> None:
    """Give an element a tip that shows on hover and focus, one line each: plain text, or a sentence of Markdown.

    The lines are not spans: the search plugin ends an excluded element at the first inner one with the same tag.
    """
    name = view.tip_id()
    element.set("aria-describedby", name)
    box = ET.SubElement(element, "span", {"class": "cn-tip", "role": "tooltip", "id": name, "data-search-exclude": ""})
    for line in lines:
        small = ET.SubElement(box, "small", {"class": "cn-tip__line"})
        if markdown:
            words.put(small, line)
        else:
            small.text = line


def spread(shown: Shown) -> str:
    """0.43 ± 0.02, the mean and the standard deviation over the seeds."""
    if not shown.sd or shown.n < 2:
        return f"{shown.text}, the same for every seed" if shown.n > 1 else shown.text
    unit = shown.text[len(shown.text.rstrip("%").rstrip(measured.THIN)) :]
    return f"mean {shown.text} ± {measured.write(shown.sd, _places(shown))}{unit} (standard deviation)"


def both(replicated: Spread, shown: Shown) -> str:
    """0.16 ± 0.08 over 20 seeds; here 0.14: the values of a replication and of this machine."""
    wide = measured.Shown("", replicated.mean, replicated.sd, replicated.n, shown.decimals)
    unit = shown.text[len(shown.text.rstrip("%").rstrip(measured.THIN)) :]
    mean, sd = (measured.write(value, _places(wide)) for value in (replicated.mean, replicated.sd))
    return f"{mean} ± {sd}{unit} over {replicated.n} seeds; here {shown.text}"


def _places(shown: Shown) -> int:
    """Decimals for a spread: those of the mean, and more if that would show nothing but zeros."""
    places = shown.decimals
    while places < 12 and shown.sd and not measured.write(shown.sd, places).strip("0."):
        places += 1
    return places


def table(view: View, target: Target, caption: str) -> str:
    """Settings × metrics of an experiment, mean ± standard deviation over seeds, as HTML."""
    experiment = view.project.catalog.experiments[target.name]
    results = view.project.plan.results(target.name, target.scale)
    caption = caption or experiment.doc.strip().split("\n")[0]
    link = view.evidence_link(target.name)
    if results is None:
        return (
            f'<div class="cn-table"><p>{escape(caption)}: '
            f'<span class="cn-missing">not yet run{FULL[target.scale]}</span>{link and f" · {link}"}</p></div>'
        )
    results = results.select(**chosen_settings(experiment, target.settings))
    n = len(results.seeds)
    note = f"mean ± standard deviation over {n} seeds" if n > 1 else "one seed"
    if target.scale == "full":
        note += ", full scale"
    if results.stale:
        note += f', <span class="cn-stale">measured with older code: {escape(results.stale)}</span>'
    head = f"<caption>{escape(caption)} <small>({note}{link and f'; {link}'})</small></caption>"
    label = f'role="group" aria-label="{escape(caption)}" tabindex="0"'
    return f'<div class="cn-table" {label}><table>{head}{body(results)}</table></div>'


def body(results: Results) -> str:
    """The head and the rows of a table of settings × metrics. Metrics for diagnosis (_name) are left out."""
    metrics = [name for name in results.metrics if not name.startswith("_")]
    settings = list(results.settings)
    head = "".join(f'<th scope="col">{escape(in_words(name))}</th>' for name in (*settings, *metrics))
    rows = []
    for values, group in results.groups():
        cells = [f'<th scope="row">{escape(setting(value))}</th>' for value in values.values()]
        cells += [f"<td>{cell(measured.show(group.metric(name)))}</td>" for name in metrics]
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"


def cell(shown: Shown) -> str:
    """mean ± standard deviation, the spread in its own element."""
    if not shown.sd or shown.n < 2 or shown.sd != shown.sd:
        return escape(shown.text)
    return f'{escape(shown.text)} <span class="cn-spread">± {measured.write(shown.sd, _places(shown))}</span>'


def in_words(name: str) -> str:
    """valid_loss -> valid loss."""
    return name.strip("_").replace("_", " ")


def setting(value: object) -> str:
    """A setting's value for readers: numbers and texts as they are, yes or no, lists without brackets."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(setting(v) for v in value) or "none"
    return str(value)
