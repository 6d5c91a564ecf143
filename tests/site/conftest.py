"""What the tests of the finished site share: the site itself, an address that serves it, a browser."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coursenotes.paths import Paths
from coursenotes.site.files import formulas
from coursenotes.site.markdown.typeset import typeset

ROOT = Path(__file__).parents[2]
GIVEN = "COURSENOTES_SITE"  # a folder with a finished site, to test that one instead of building it


@pytest.fixture(scope="session")
def site(once) -> Path:
    """The folder of the finished site, built first where anything changed since it was."""
    if os.environ.get(GIVEN):
        return Path(os.environ[GIVEN])
    with once("build"):
        command = [sys.executable, "-m", "coursenotes.cli", "--project", str(ROOT), "build"]
        built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"the site cannot be built\n{built.stdout[-4000:]}\n{built.stderr[-4000:]}"
    return ROOT / "site"


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory):
    """A lock by name between the processes of one test run: once("build") lets them in one after the other."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent

    @contextlib.contextmanager
    def locked(name: str) -> Iterator[Path]:
        with (folder / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield folder / f"{name}.json"

    return locked


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address at which a folder is served on this machine, ending in a slash."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the finished site is served, ending in a slash."""
    with serving(site) as found:
        yield found


@pytest.fixture(scope="session")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small site in our theme, with the things that not every note has: formulas, tabs, folds."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config

    folder = tmp_path_factory.mktemp("sampler")
    shutil.copytree(Path(__file__).parent / "sampler", folder / "docs")
    config = load_config(
        str(ROOT / "mkdocs.yml"), docs_dir=str(folder / "docs"), site_dir=str(folder / "site"), plugins=["search"]
    )
    build(config)
    for page in (folder / "site").rglob("*.html"):  # as the plugin does it, for which this site has no project
        page.write_text(typeset(page.read_text(encoding="utf-8"), Paths(folder)), encoding="utf-8")
    formulas.write(None, folder / "site", "")  # type: ignore[arg-type]
    with serving(folder / "site") as found:
        yield found


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium. Without one, the test is skipped on a person's machine and fails in CI."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        _missing("playwright is not installed")
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        except Error as error:
            _missing(f"no Chromium that starts: {str(error).splitlines()[0]}")
        yield found
        found.close()


def _missing(what: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def tab(browser) -> Iterator:
    """A function that opens a page: tab(address, width=, scheme=, touch=). All are closed at the end."""
    opened = []

    def open_page(address: str, width: int = 1280, scheme: str = "light", touch: bool = False):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme=scheme, is_mobile=touch, has_touch=touch
        )
        opened.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_page
    for context in opened:
        context.close()
