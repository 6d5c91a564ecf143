"""SVG of matplotlib in a page: themed, small, harmless and reproducible."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from coursenotes.figures import layout, plots, svg

mpl.use("agg")
SVG = "{http://www.w3.org/2000/svg}"


def everything() -> Figure:
    """A figure with most of what matplotlib can put into an SVG."""
    fig, (left, right) = plots.axes(2, height=3)
    left.semilogx([1e-5, 1e-3, 1e-1], [1, 2, 3], "o-", color="C3", label="line")
    left.fill_between([1e-5, 1e-1], [1, 1], [2, 3], alpha=0.25, color="C1")
    left.fill_between([1e-5, 1e-1], [0, 0], [1, 1], hatch="//", color="C5")
    left.set_xlabel(r"learning rate $\eta_{t+1} = \frac{\alpha}{2}$")
    left.set_ylabel("loss & <more>")
    left.text(1e-4, 2, "code", family="monospace", weight="bold", rotation=30)
    left.text(1e-4, 3, "black", color="black")
    left.legend()
    right.imshow([[0.0, 1.0], [2.0, 3.0]], cmap="gray")
    right.scatter([0, 1, 0, 1], [0, 1, 1, 0], c="C0", s=9, rasterized=False)
    right.annotate("arrow", (0, 0), (1, 1), arrowprops={"arrowstyle": "->", "color": plots.MUTED})
    plots.title(fig, "Everything that there is")
    return fig


@pytest.fixture(scope="module")
def text() -> str:
    return svg.draw(everything(), "topic.name-sample", 'What it shows: "all" of it & more')


@pytest.fixture(scope="module")
def root(text: str) -> ET.Element:
    return ET.fromstring(text)


def test_nothing_that_a_strict_policy_forbids(root, text):
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert not tags & {"style", "script", "metadata", "foreignObject", "a"}
    assert not any(name in ("style", "class") or name.startswith("on") for e in root.iter() for name in e.attrib)
    assert not re.search(r"<!--|<\?|<!DOCTYPE|xlink|xmlns:|rdf|DejaVu|http(?!://www.w3.org/2000/svg)", text)


def test_alone_it_says_what_it_is_and_leaves_its_size_to_the_page(root):
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'What it shows: "all" of it & more'
    assert root.get("viewBox") == "0 0 460.8 216"
    assert root.get("width") == "691" and root.get("height") is None


def test_colors_follow_the_theme(root):
    used = {e.get(name) for e in root.iter() for name in ("fill", "stroke")} - {None, "none"}
    assert {"var(--cn-c3)", "var(--cn-c1)", "var(--cn-c0)", "var(--cn-grid)", "var(--cn-muted)"} <= used
    assert not {c for c in used if c.startswith("#")}
    assert root.get("fill") == "var(--cn-fg)"  # for black, which matplotlib leaves out
    black = next(e for e in root.iter(f"{SVG}text") if e.text == "black")
    assert black.get("fill") in (None, "var(--cn-fg)")
    shaded = next(e for e in root.iter() if e.get("fill") == "var(--cn-c1)")
    assert shaded.get("fill-opacity") == "0.25"


def test_colors_of_ones_own_stay():
    fig = Figure()
    fig.subplots().plot([1, 2], color="#123456")
    assert 'stroke="#123456"' in svg.draw(fig, "x", "")


def test_text_is_text_in_the_font_of_the_page(root):
    texts = {"".join(e.itertext()).strip(): e for e in root.iter(f"{SVG}text")}
    assert {"loss & <more>", "Everything that there is", "line", "code", "arrow"} <= texts.keys()
    assert texts["code"].get("font-family") == "monospace" and texts["code"].get("font-weight") == "700"
    assert "rotate(-30" in texts["code"].get("transform")
    title = texts["Everything that there is"]
    assert title.get("font-size") == "12.5" and title.get("font-family") is None
    assert not any("rotate(-0" in (e.get("transform") or "") for e in root.iter())
    mathematical = next(e for name, e in texts.items() if name.startswith("learning\xa0rate"))
    parts = {part.text: part.get("font-style") for part in mathematical}
    assert parts["learning\xa0rate\xa0"] is None and parts["η"] in ("italic", "oblique")
    assert all(re.fullmatch(r"[\d.]+", e.get("font-size", "1")) for e in root.iter())


def test_ids_are_the_figures_own_and_every_reference_finds_one(root):
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert ids and len(ids) == len(set(ids))
    assert all(i.startswith("topic-name-sample-") for i in ids)
    wanted = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            wanted |= set(re.findall(r"url\(#([^)]*)\)", value))
            if name == "href" and value.startswith("#"):
                wanted.add(value[1:])
    assert wanted == set(ids)


def test_two_figures_share_no_id(root):
    other = ET.fromstring(svg.draw(everything(), "topic.name-full", ""))
    assert not {e.get("id") for e in root.iter()} & {e.get("id") for e in other.iter()} - {None}


def test_images_are_embedded_at_their_own_size_and_stay_sharp(root):
    [image] = root.iter(f"{SVG}image")
    assert image.get("image-rendering") == "pixelated"
    assert (image.get("width"), image.get("height")) == ("2", "2")
    data = image.get("href")
    assert data.startswith("data:image/png;base64,") and not re.search(r"\s", data)
    assert mpl.image.imread(io.BytesIO(base64.b64decode(data.split(",")[1]))).shape[:2] == (2, 2)


def test_a_large_image_keeps_its_place():
    """The scale of an image of many pixels is a small number, and rounding it would shift the picture."""
    fig = Figure(figsize=(4, 4), layout="none")
    ax = fig.add_axes((0.1, 0.1, 0.8, 0.8))
    ax.imshow(np.zeros((5, 3000)), aspect="auto", interpolation="none")
    root = ET.fromstring(svg.draw(fig, "x", ""))
    [image] = root.iter(f"{SVG}image")
    scale = float(re.match(r"matrix\(([\d.]+)", image.get("transform"))[1])
    assert scale * 3000 == pytest.approx(0.8 * 4 * 72, abs=0.05)


def test_the_same_figure_twice_is_the_same_text(text):
    assert svg.draw(everything(), "topic.name-sample", 'What it shows: "all" of it & more') == text


def test_it_is_less_than_half_of_what_matplotlib_writes(text):
    written = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        everything().savefig(written, format="svg")
    assert len(text) < 0.45 * len(written.getvalue())


def test_many_marks_share_what_they_have_in_common():
    fig, ax = plots.axes()
    ax.scatter(range(500), range(500), color="C1")
    assert len(svg.draw(fig, "x", "")) < 500 * 45 + 6000


def test_links_do_not_survive():
    fig = Figure()
    text = fig.text(0.5, 0.5, "press")
    text.set_url("javascript:alert(1)")
    made = svg.draw(fig, "x", "")
    assert "javascript" not in made and "<a" not in made and "press" in made


@pytest.mark.parametrize(
    ("path", "short"),
    [("M 46.766685 224.69894 \nL 431.0 -0.001 \nz\n", "M46.77 224.7L431 0z"), ("M 1e-05 1e2 \n", "M0 100")],
)
def test_paths_are_short(path, short):
    assert svg._path(path) == short


def test_labels_at_line_ends_have_room_on_logarithmic_axes_too():
    """The first layout of such axes knows nothing of them; what is written has to be laid out again."""
    fig, axs = plots.axes(nrows=2, sharex=True)
    for ax in axs:
        plots.seed_lines(ax, (1, 2, 4, 8), (1.0, 100.0, 1e4, 1e7), "a name of some length", "C0")
        ax.set(xscale="log", yscale="log")
    root = ET.fromstring(svg.draw(fig, "p", "x"))
    width = float(root.attrib["viewBox"].split()[2])
    names = [e for e in root.iter() if e.tag.endswith("text") and "".join(e.itertext()) == "a name of some length"]
    assert len(names) == 2
    for name in names:
        assert float(name.attrib["x"]) < 0.75 * width  # it is about a quarter of the figure long


def test_stacked_pictures_leave_no_blank_above_and_below():
    with layout.using(layout.NARROW):
        fig, axs = plots.axes(3, width=6.8, height=4)
    for ax in axs:
        plots.image(ax, np.eye(4)[:2])
    whole, cropped = (
        float(ET.fromstring(svg.draw(fig, "p", "", each)).get("viewBox").split()[3]) for each in layout.LAYOUTS
    )
    assert 300 < cropped < whole


def test_alone_it_brings_the_colors_of_both_themes_and_its_font():
    fig, ax = plots.axes()
    ax.plot([0, 1], color="C1")
    ax.text(0, 0, "dark yellow", color="C4")
    text = svg.alone(svg.draw(fig, "p", ""), 'a "b"', {"c1": "#111111", "t4": "#444444"}, {"c1": "#eeeeee"}, "Serif")
    root = ET.fromstring(text)
    style = root.findtext("{http://www.w3.org/2000/svg}style")
    assert root.get("id") == "dark" and root.get("aria-label") == 'a "b"'
    assert ":root{--cn-c1:#111111;--cn-t4:#444444;font-family:Serif}" in style
    assert ":root:target{--cn-c1:#eeeeee;}" in style and "var(--cn-t4)" in style
