"""The zip of the real site, unpacked: read as files, and at a local address."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest

from coursenotes.site.files.offline import FILE, FOLDER
from tests.site.conftest import serving
from tests.site.pages import read


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("offline")
    with ZipFile(site / FILE) as packed:
        packed.extractall(folder)
    return folder / FOLDER


def test_every_link_leads_to_a_file(unpacked):
    """Not to a folder, of which a browser shows a list."""
    pages = read(unpacked)
    lost = []
    for page in pages.values():
        for element, href in page.links():
            target = page.target(href)
            path = (page.path.parent / re.split("[?#]", href)[0]).resolve()
            if (
                target
                and element.attributes.get("rel") != "canonical"
                and not path.is_file()
                and path != page.path.parent
            ):
                lost.append(f"{page.name}:{element.line}: {href}")
    assert len(pages) > 5 and lost == []


def test_nothing_in_it_tells_where_it_was_made(unpacked, site):
    holding = [
        path.relative_to(unpacked).as_posix()
        for path in unpacked.rglob("*")
        if path.is_file() and str(site.parent).encode() in path.read_bytes()
    ]
    assert holding == [] and not list(unpacked.rglob(FILE))


def test_as_files_it_is_read_from_link_to_link(tab, unpacked):
    page = tab((unpacked / "index.html").as_uri())
    assert page.evaluate("getComputedStyle(document.body).fontFamily") and page.locator("h1").count() == 1
    page.locator(".md-tabs a", has_text="Concepts").click()
    assert page.url.endswith("/concepts/index.html")
    page.locator(".cn-section a").first.click()
    assert re.search(r"/concepts/\w+/index\.html$", page.url)
    page.locator("a.cn-claim").first.click()
    assert re.search(r"/evidence/\w+/index\.html#\w+\.\w+$", page.url)
    page.locator(f'.cn-verdict[id="{page.url.partition("#")[2]}"]').wait_for()
    styled = page.evaluate("getComputedStyle(document.querySelector('.cn-verdict')).borderLeftStyle")
    assert styled == "solid", "the style sheets are there"
    page.locator(".md-header a.md-logo").click()
    assert page.url.endswith("/index.html") and "/evidence/" not in page.url


def test_as_files_it_says_that_it_cannot_be_searched_and_at_an_address_it_can(tab, unpacked):
    page = tab((unpacked / "index.html").as_uri())
    page.locator(".md-search__input").click()
    assert "search does not work from a file" in page.locator(".cn-search-file").inner_text()
    with serving(unpacked) as address:
        page = tab(address)
        page.locator(".md-search__input").click()
        assert not page.locator(".cn-search-file").is_visible()
        page.keyboard.type("dropout", delay=20)
        found = page.locator(".md-search-result__link[href*='concepts/dropout/']").first
        found.wait_for(timeout=10_000)
        found.click()
        page.wait_for_url(re.compile("concepts/dropout/"))
