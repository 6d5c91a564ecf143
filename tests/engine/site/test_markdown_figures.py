"""Figures and cells in pages: frames while rendering, drawings and outputs looked up."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pymdownx.superfences import SuperFencesException

from coursenotes.cache.memo import Memo
from coursenotes.figures import draw
from coursenotes.figures.cells import lookup
from coursenotes.site.markdown import fill
from tests.engine.rendering import opened_at, render

FIT, DRAWING = "straight_line.fit", "straight_line.loss_by_rate"
SVG = '<svg role="img" aria-label=""><clipPath id="c1"/><path clip-path="url(#c1)"/><use href="#c1"/></svg>'
DRAWN = json.dumps({"wide": SVG, "narrow": SVG.replace("<svg ", '<svg viewBox="0 0 298.33 200" '), "complaints": []})
CELL = "```{{.python .run{attrs}}}\n{source}\n```\n"


def drawn(project, figure=DRAWING, scale="sample"):
    """Store a drawing as the drawing task would."""
    Memo(project.paths, "drawings").put(draw.wanted_key(project.plan, figure, scale), DRAWN)


def ran(project, *outputs, page="concepts/try.md"):
    """Store the outputs of a page's cells as running them would."""
    Memo(project.paths, "cells").put(lookup.key(project.plan, page), json.dumps(outputs))


def test_a_figure_has_its_drawing_its_words_and_its_evidence(mini):
    project = opened_at(mini, FIT, page=f'![Falls "faster" -- & steeper](figure:{DRAWING})')
    drawn(project)
    html = render(project)
    assert html.startswith(f'<figure class="cn-figure" id="{DRAWING}"><svg role="img"')
    assert re.search(r"""aria-label=(['"])Falls .*faster.* -- &amp; steeper\1""", html)
    assert '<figcaption data-search-exclude><a href="../../evidence/straight_line.fit/">' in html
    assert "cn:figure" not in html and "<p>" not in html


def test_a_caption_says_what_the_alternative_text_does_not(mini):
    project = opened_at(mini, FIT, page=f'![Two lines fall](figure:{DRAWING} "Each line is a *seed*, `p < 1`.")')
    drawn(project)
    below = render(project).partition("<figcaption")[2]
    assert ">Each line is a <em>seed</em>, p &lt; 1. · <a href=" in below and "Two lines" not in below


def test_a_drawing_of_an_idea_has_no_evidence_no_scale_and_no_empty_caption(mini):
    project = opened_at(mini, FIT, page=f"![](figure:{DRAWING}?scale=full)")
    info = project.catalog.figures[DRAWING]
    project.catalog.figures[DRAWING] = replace(info, experiments=())
    drawn(project, scale="full")
    html = render(project)
    assert "<svg" in html and "figcaption" not in html and "full scale" not in html


def test_a_narrow_screen_has_a_layout_of_its_own_in_both_themes(mini):
    project = opened_at(mini, FIT, page=f'![Say "so"](figure:{DRAWING})')
    drawn(project)
    html = render(project)
    images = re.findall(r"<img [^>]*>", html)
    file = f"assets/figures/{DRAWING}.sample.svg"
    assert [re.search('src="([^"]*)"', each)[1] for each in images] == [f"../../{file}", f"../../{file}#dark"]
    for image in images:
        assert 'loading="lazy"' in image and 'width="358" height="240"' in image and 'alt="Say &quot;so&quot;"' in image


def test_without_words_a_figure_shows_its_own(mini):
    project = opened_at(mini, FIT, page=f"![](figure:{DRAWING})")
    drawn(project)
    assert render(project).count('="The loss falls faster at a higher rate."') == 3  # a label, and two images of it


def test_a_figure_that_stands_twice_has_ids_of_its_own(mini):
    project = opened_at(mini, FIT, page=f"![](figure:{DRAWING})\n\n![](figure:{DRAWING})")
    drawn(project)
    html = render(project)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == ["c1", "c1-2", DRAWING]
    assert "url(#c1-2)" in html and 'href="#c1-2"' in html


def test_curves_of_an_experiment(mini):
    project = opened_at(mini, FIT, page=f"![](figure:{FIT}#curves)")
    drawn(project, f"{FIT}#curves")
    html = render(project)
    assert '<figure class="cn-figure"><svg' in html and "../../evidence/straight_line.fit/" in html


def test_a_figure_of_older_results_says_so(mini):
    project = opened_at(mini, FIT, page=f"![](figure:{DRAWING})")
    drawn(project)
    project.plan.results(FIT, "sample").stale = "loss changed"
    html = render(project)
    assert '<span class="cn-stale">measured with older code: loss changed</span>' in html


def test_filling_leaves_the_rest_of_a_page_alone(mini):
    html = "<!-- a comment --><p>cn:figure</p>"
    assert fill(html, opened_at(mini), "") == html


def test_a_cell_shows_its_source_and_what_it_gave(mini):
    shown, hidden = CELL.format(attrs=' title="Sum"', source="1 < 2"), CELL.format(attrs=" hide=source", source="3")
    project = opened_at(mini, page=f"{shown}\nBetween.\n\n{hidden}")
    parts = [{"kind": "text", "data": "a < b"}, {"kind": "html", "data": "<table></table>"}]
    ran(project, parts, [{"kind": "error", "data": "ValueError: no"}, {"kind": "svg", "data": SVG}])
    html = render(project)
    first, _, second = html.partition("<p>Between.</p>")
    assert first.startswith('<div class="cn-cell"><div class="highlight">') and '"filename">Sum<' in first
    assert '<div class="cn-output"><pre class="cn-output__text"><code>a &lt; b</code></pre>' in first
    assert re.search(r'<div class="cn-table"[^>]*><table></table></div>', first)
    assert "highlight" not in second and '<pre class="cn-output__error"><code>ValueError: no<' in second
    assert f'<figure class="cn-figure">{SVG}</figure>' in second


def test_cells_that_read_the_same_have_outputs_of_their_own(mini):
    project = opened_at(mini, page=CELL.format(attrs="", source="x") + "\n" + CELL.format(attrs="", source="x"))
    ran(project, [{"kind": "text", "data": "one"}], [{"kind": "text", "data": "two"}])
    html = render(project)
    assert html.index("one") < html.index("two") and html.count("cn-cell") == 2


@pytest.mark.parametrize("around", ["- a\n\n{}", "!!! note\n\n{}", '=== "Tab"\n\n{}'])
def test_cells_inside_other_things(mini, around):
    cell = "".join(f"    {line}\n" for line in CELL.format(attrs="", source="if x:\n    y").splitlines())
    project = opened_at(mini, page=around.format(cell))
    ran(project, [{"kind": "text", "data": "there"}])
    assert "<code>there</code>" in render(project)


def test_a_cell_that_was_not_run(mini):
    html = render(opened_at(mini, page=CELL.format(attrs="", source="x")))
    assert '<p class="cn-missing">not yet run</p>' in html and "highlight" in html


def test_a_fence_that_is_no_cell_is_left_alone(mini):
    html = render(opened_at(mini, page="```python\nx\n```\n\n```{.python .other}\ny\n```\n"))
    assert "cn-cell" not in html and html.count("highlight") == 2


def test_a_failure_inside_a_cell_is_not_swallowed(mini, monkeypatch):
    project = opened_at(mini, page=CELL.format(attrs="", source="x"))
    monkeypatch.setattr(lookup, "outputs", lambda *_: 1 / 0)
    with pytest.raises(SuperFencesException, match="division"):
        render(project)


def test_a_cell_that_discovery_did_not_find_is_refused(mini):
    project = opened_at(mini, page="Text")
    with pytest.raises(SuperFencesException, match="was not found"):
        render(project, text=CELL.format(attrs="", source="x"))


def test_only_lookups_here():
    """Nothing in the package trains, draws, runs cells or writes files."""
    folder = Path(fill.__code__.co_filename).parent
    for path in folder.glob("*.py"):
        assert not re.search(r"\.(render|run|tasks|keep|save|train|write_text)\(", path.read_text()), path.name


def test_a_figure_without_a_drawing_says_what_is_missing(mini):
    page = f"![](figure:{DRAWING})"
    assert '<p class="cn-missing">not yet run</p>' in render(opened_at(mini, page=page))
    assert '<p class="cn-missing">not yet drawn</p>' in render(opened_at(mini, FIT, page=page))
