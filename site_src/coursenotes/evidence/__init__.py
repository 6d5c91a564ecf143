"""The generated pages: each experiment's evidence, the claims board, and the index of both.

They are Markdown with raw HTML, and the same on every build of the same results: no date but those of the results.
Classes that the theme styles, beside those of references (cn-code, cn-table, cn-figure, cn-badge, cn-missing):

    cn-facts            <dl>: what was run, on what data, at which scales
    cn-jobs             <details>: every job in a table; cn-key <code>: a fingerprint
    cn-used             <ul>: pages, figures and claims that rest on an experiment
    cn-counts           <ul>: the verdicts of the board, counted; its items carry cn-badge and cn-claim--STATUS
    cn-verdict          <article>: one claim on the board, with cn-verdict--supported, --refuted, --failed, --unchecked
    cn-verdict__head    its sentence and badge, or the <q> of a lecture that measurement refutes; then
                        cn-verdict__measured: what holds instead
    cn-verdict__scale   <section>: what was found at one scale; cn-verdict__error: why it failed or was not checked
    cn-measure          <li>: one comparison; cn-measure__effect and cn-measure__held inside it
    cn-arms             <table>: what has to refute the claim; cn-arm--failed (as it must) and cn-arm--passed <tr>
    cn-verdict__links   <p>: where the claim stands; cn-source <details>: its test
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursenotes.evidence import board, experiments

if TYPE_CHECKING:
    from coursenotes.plan import Library


def pages(library: Library) -> dict[str, str]:
    """The generated pages as Markdown, by their path below docs/."""
    found = {"evidence/index.md": experiments.index(library), "evidence/claims.md": board.page(library)}
    for name in sorted(library.site.experiments):
        found[f"evidence/{name}.md"] = experiments.page(library, name)
    return found
