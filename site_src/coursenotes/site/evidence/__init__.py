"""The generated pages: the claims board, each topic's claims in full, each experiment's evidence, the index of them.

What no listed page shows stands on pages of its own, which are unlisted as well.
They are Markdown with raw HTML, and the same on every build of the same results: no date but those of the results.
Classes that the theme styles, beside those of references (cn-code, cn-table, cn-figure, cn-badge, cn-missing):

    cn-facts            <dl>: what was run, on what data, at which scales
    cn-jobs             <details>: every job in a table; cn-key <code>: a fingerprint
    cn-used             <ul>: pages, figures and claims that rest on an experiment
    cn-counts           <fieldset>: the verdicts of the board, counted, each a choice; cn-claim--STATUS <label>
    cn-meanings         <details>: what each verdict means, with its sign
    cn-board            <div>: a topic on the board, with cn-has--STATUS; cn-row--STATUS <tbody>: a claim;
                        cn-changed <small>: what changed of it
    cn-since            <p>, <ul>: what changed since the last release
    cn-verdict          <article>: one claim in full, with cn-verdict--STATUS, of verdicts.STATUSES
    cn-verdict__head    its sentence and badge, or the <q> of a lecture that measurement refutes; then
                        cn-verdict__measured: what holds instead
    cn-verdict__scale   <section>: what was found at one scale; cn-verdict__error: why it is contradicted or has no
                        verdict; cn-verdict__problems <ul>: why its replication did not suffice; cn-verdict__doubt <p>
    cn-compared         <table>: a <tbody> for each comparison, as replicated and as found here
    cn-measure          <li>: one comparison of an exact claim
    cn-arms             <table>: what would refute the claim; cn-arm--passed <tr>: that it does not
    cn-verdict__links   <p>: where the claim stands; cn-source <details>: its test
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursenotes.site.evidence import board, experiments, topics
from coursenotes.site.generated import GeneratedPage

if TYPE_CHECKING:
    from coursenotes.project import Project


def pages(project: Project) -> list[GeneratedPage]:
    """The generated pages; the navigation shows the index and the claims board only."""
    return [
        GeneratedPage("evidence/index.md", experiments.index(project)),
        GeneratedPage("evidence/claims.md", board.page(project)),
        *topics.pages(project),
        *(experiments.page(project, name) for name in sorted(project.catalog.experiments)),
    ]
