"""The site as one zip: equal for equal sites, with links that work as files, and without what is not listed."""

from __future__ import annotations

from zipfile import ZipFile

import pytest

from coursenotes.site.files import offline
from tests.engine.rendering import write

PAGES = ("index.html", "a/index.html", "a/b/index.html")


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    for name in PAGES:
        write(folder / name, '<a href="a/b/">x</a>')
    write(folder / "a/index.html", '<a href="plot.png">x</a> <a class="z" href="../coursenotes.zip" download>zip</a>')
    for name in ("a/plot.png", "a/other.png", "assets/x.css", "search/search_index.json", "sitemap.xml", "404.html"):
        write(folder / name, name)
    return folder


def packed(folder) -> dict[str, str]:
    offline.write(folder)
    with ZipFile(folder / offline.FILE) as found:
        return {name.removeprefix("coursenotes/"): found.read(name).decode() for name in found.namelist()}


def test_it_has_the_pages_what_they_load_and_how_to_read_it(site):
    found = packed(site)
    assert set(found) == {*PAGES, "a/plot.png", "assets/x.css", "search/search_index.json", "README.txt"}
    assert "python3 -m http.server" in found["README.txt"]
    assert "coursenotes.zip" not in found["a/index.html"], "it does not hold itself"
    assert str(site.parent) not in "".join(found.values())


def test_equal_sites_have_equal_zips(site, tmp_path):
    packed(site)
    first = (site / offline.FILE).read_bytes()
    (site / "a/index.html").touch()
    packed(site)
    assert (site / offline.FILE).read_bytes() == first


def test_what_is_not_listed_is_left_out(site):
    secret = '<meta name="robots" content="noindex"><img src="secret.png">'
    write(site / "s/index.html", secret)
    write(site / "s/secret.png", "x")
    write(site / "assets/figures/secret.svg", "x")
    write(site / "assets/figures/shown.svg", "x")
    write(
        site / "a/b/index.html",
        '<img src="../../assets/figures/shown.svg"><img src="../../assets/figures/shown.svg#dark">',
    )
    found = packed(site)
    assert not [name for name in found if "secret" in name or name.startswith("s/")]
    assert "assets/figures/shown.svg" in found


@pytest.mark.parametrize(
    "name, href, led",
    [
        ("index.html", "a/b/", "a/b/index.html"),
        ("index.html", "a/b/?q=1#place", "a/b/index.html?q=1#place"),
        ("index.html", ".", "index.html"),
        ("a/b/index.html", "../..", "../../index.html"),
        ("a/b/index.html", "../", "../index.html"),
        ("a/b/index.html", "./", "./index.html"),
        ("a/b/index.html", "#place", "#place"),
        ("a/b/index.html", "../index.html", "../index.html"),
        ("a/b/index.html", "../plot.png", "../plot.png"),
        ("index.html", "https://example.org/a/", "https://example.org/a/"),
        ("index.html", "mailto:a@example.org", "mailto:a@example.org"),
        ("index.html", "nowhere/", "nowhere/"),
    ],
)
def test_links_to_folders_lead_to_their_pages(name, href, led):
    pages = dict.fromkeys(PAGES, "")
    assert offline.as_files(name, f'<a class="x" href="{href}">', pages) == f'<a class="x" href="{led}">'
