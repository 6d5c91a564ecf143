"""The generated pages: the claims board, each topic's claims in full, each experiment's evidence, an index.

Claims and experiments that no listed page shows are on pages of their own, which are unlisted too.
The pages are Markdown with raw HTML, and equal for equal results: they hold no dates but those of the results.
Classes that the theme styles, in addition to those of references (cn-code, cn-table, cn-figure, cn-badge, cn-missing):

    cn-facts            <dl>: what was run, on what data, at which scales
    cn-jobs             <details>: every job in a table; cn-key <code>: a key
    cn-used             <ul>: pages, figures and claims that use an experiment
    cn-counts           <p>: the verdicts of the board, counted
    cn-filter           <fieldset>: the choices of topic, verdict and scale, which board.js shows and obeys
    cn-meanings         <details>: what each verdict means, with its sign
    cn-board            <div>: a topic on the board; cn-row--STATUS, cn-row--changed <tbody>: a claim;
                        cn-changed <small>: its changes
    cn-since            <p>, <ul>: the changes since the last release
    cn-verdict          <article>: one claim in full, with cn-verdict--STATUS, of verdicts.STATUSES
    cn-verdict__head    its sentence and badge, or the <q> of a lecture that measurement refutes; then
                        cn-verdict__measured: the true sentence
    cn-verdict__scale   <section>: the verdict at one scale; cn-verdict__error: why it is contradicted or has no
                        verdict; cn-verdict__problems <ul>: why its replication was not enough; cn-verdict__doubt <p>
    cn-compared         <table>: a <tbody> for each comparison, as replicated and on this machine
    cn-measure          <li>: one comparison of an exact claim
    cn-arms             <table>: the controls; cn-arm--passed <tr>: a control that passes, which it must not
    cn-verdict__links   <p>: the pages that show the claim; cn-source <details>: its test
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
