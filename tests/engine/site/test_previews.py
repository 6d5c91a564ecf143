"""What a preview says of a page: its title, its first sentences, its sections; and nothing of what is unlisted."""

from __future__ import annotations

import json

import pytest

from coursenotes.discover.project import discover
from coursenotes.discover.text.cut import columns
from coursenotes.project import Project
from coursenotes.site.files import previews
from tests.engine.rendering import opened_at, put, whole, write

ARTICLE = """<nav><p>Not this.</p></nav><article class="md-content__inner md-typeset">
<h1 id="a">A &amp; B<a class="headerlink" href="#a">¶</a></h1>
<p>Why does it <em>help</em>? By
<a class="cn-measured" href="x">0.4<span class="cn-tip"><small>mean 0.4 ± 0.1</small></span></a>
<a class="cn-time" href="y">1:02:03</a>.
With <code>p = 0.5</code>, e.g. half of it.</p>
<figure class="cn-figure"><svg><text>No</text></svg><p>Nor this.</p></figure>
<div class="admonition refuted"><p class="admonition-title">No title</p><p>Not here.</p></div>
<p>The formula is <span class="arithmatex"><math alttext="x^2"><mi>x</mi></math></span>. It grows.</p>
<details><summary>Why is that?</summary><p>Folded away.</p></details>
<h2 id="try">To try<a class="headerlink" href="#try">¶</a></h2>
<details class="question"><summary>What happens at 1?</summary><p>The answer.</p></details>
<h3 id="deep">Deep</h3><p>One. Two.</p>
<h2 id="empty">Empty</h2>
<nav class="cn-around"><p>Linked from</p></nav>
</article><p>Not this.</p>"""


def test_a_page_is_told_by_its_first_sentences_without_what_a_machine_put_there():
    title, opening, sections = previews.read(ARTICLE)
    assert title == "A & B"
    assert (
        opening == "Why does it help? By 0.4. With p = 0.5, e.g. half of it. The formula is x². It grows. Why is that?"
    )
    assert sections == {
        "try": ["To try", "What happens at 1?"], "deep": ["Deep", "One."], "empty": ["Empty", ""],
    }  # fmt: skip


def test_an_opening_has_room_in_a_tip():
    text = f"<article><h1>T</h1><p>{'A sentence of some length. ' * 30}</p></article>"
    opening = previews.read(text)[1]
    assert opening.endswith("length.") and previews.LONGEST - 30 < len(opening) <= previews.LONGEST
    endless = previews.read(f"<article><h1>T</h1><p>{'word ' * 200}</p></article>")[1]
    assert endless.endswith("word …") and len(endless) <= previews.LONGEST + 2


@pytest.mark.parametrize("text", ["", "<article></article>", "<article><p>No title", "<article><h2>x</h2></h1></p>"])
def test_a_page_without_form_stops_nothing(text):
    assert previews.read(text)[0] == ""


def test_the_file_tells_of_listed_pages_by_their_addresses(mini):
    write(mini.docs / "concepts/secret.md", "---\ntitle: Secret\nvisibility: unlisted\n---\n# Secret\n\nNothing yet.\n")
    project = opened_at(mini)
    for experiment in project.catalog.experiments:
        put(project, experiment)
    found = json.loads((whole(Project(discover(mini))) / previews.FILE).read_text(encoding="utf-8"))
    assert set(found) == {"", "concepts/averages/", "concepts/straight_line/"}
    title, opening, _ = found["concepts/averages/"]
    assert title == "Averages" and opening.startswith("Why measure twice? An average adds")
    assert "not yet run" not in opening and "seeds" not in opening


@pytest.mark.parametrize(
    "words",
    [
        "深度学习的模型" * 80,
        "これは空白のない長い段落です" * 40,
        "ภาษาไทย" * 90,
        "👩‍👩‍👧" * 200,
        "https://example.org/" + "a" * 400,
    ],
)
def test_a_paragraph_without_spaces_is_cut_too(words):
    _, opening, sections = previews.read(f'<article><h1>T</h1><p>{words}</p><h2 id="a">A</h2><p>{words}</p></article>')
    assert opening.endswith("…") and words.startswith(opening[:-1].rstrip()) and len(opening) > 60
    assert columns(opening) <= previews.LONGEST and sections["a"][1] == opening


def test_sentences_of_chinese_end_without_a_space():
    opening = previews.read(f"<article><p>{'这是一句话。' * 30}</p></article>")[1]
    assert (
        opening.endswith("。") and " " not in opening and previews.LONGEST - 14 < columns(opening) <= previews.LONGEST
    )
    section = previews.read('<article><h2 id="a">表示</h2><p>第一句。第二句。</p></article>')[2]
    assert section == {"a": ["表示", "第一句。"]}


def test_a_formula_is_told_in_characters_and_code_as_it_is():
    page = (
        '<article><h1>The <span class="arithmatex"><math alttext="L_2"><mi>L</mi></math></span> norm</h1>'
        "<p>Write <code>\\(x^2\\)</code> for "
        '<span class="arithmatex"><math alttext="a &lt; x^2"><mi>a</mi></math></span> here.</p></article>'
    )
    assert previews.read(page)[:2] == ["The L₂ norm", "Write \\(x^2\\) for a < x² here."]
