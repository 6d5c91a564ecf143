"""The one list of a project's files: refused files are reported with their paths, all at once, before any is opened."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import unicodedata
from pathlib import Path

import pytest

from coursenotes.build import mkdocs_plugin
from coursenotes.discover.files import listing
from coursenotes.discover.project import discover
from coursenotes.errors import CoursenotesError
from coursenotes.knowledge.form import images
from coursenotes.paths import Paths
from coursenotes.project import Project

NFC, NFD = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))


@pytest.fixture(autouse=True)
def ends():
    """Fail a test that never ends, or waits for a writer."""

    def late(*_):
        raise AssertionError("it did not end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(path: Path, text: str = "# A page\n\nWords.\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def link(path: Path, target: str | Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
    return path


def told(paths: Paths) -> dict[str, str]:
    """{path below the root: the problem and its fix} of all files that discovery refuses."""
    with pytest.raises(CoursenotesError) as caught:
        discover(paths)
    assert all(problem.fix for problem in caught.value.problems)
    return {str(Path(p.path).relative_to(paths.root)): f"{p.what} | {p.fix}" for p in caught.value.problems}


# ---------------------------------------------------------------- links that lead out
@pytest.mark.parametrize(
    "name",
    [
        "docs/concepts/e.txt",
        "docs/concepts/e.md",
        "docs/lessons/dl2022/lesson8/e.ipynb",
        "docs/concepts/e.png",
        "docs/courses.yml",
        "docs/people.yml",
        "docs/glossary.yml",
        "docs/synonyms.yml",
        "docs/wanted.yml",
        "docs/literature.bib",
        "snippets/e.py",
        "snippets/datasets/e.py",
        "tests/claims/test_e.py",
        "results/averages/noise.json",
        "results/averages/e.sample.json",
        "releases/2026.json",
        "site_src/theme/main.html",
        "site_src/theme/partials/e.html",
    ],
)
@pytest.mark.parametrize("target", ["/proc/self/environ", "../key"])
def test_a_link_out_of_the_project_is_refused_in_every_folder(mini: Paths, name: str, target: str):
    key = put(mini.root.parent / "key", "secret")
    link(mini.root / name, key if target == "../key" else target)
    ((place, what),) = told(mini).items()
    assert place == name and "it leads out of the project" in what and "with a copy" in what


def test_settings_that_are_a_link_out_are_refused(mini: Paths):
    shutil.move(mini.root / "mkdocs.yml", mini.root.parent / "theirs.yml")
    link(mini.root / "mkdocs.yml", "../theirs.yml")
    assert "it leads out of the project" in told(mini)["mkdocs.yml"]


@pytest.mark.parametrize("tree", ["docs", "snippets", "tests/claims", "results", "tests"])
def test_a_tree_outside_the_project_is_refused(mini: Paths, tree: str):
    shutil.move(mini.root / tree, mini.root.parent / "theirs")
    link(mini.root / tree, mini.root.parent / "theirs")
    ((place, what),) = told(mini).items()
    assert place == ("tests/claims" if tree == "tests" else tree) and "out of the project" in what


def test_a_link_by_way_of_another_is_followed_to_its_end(mini: Paths):
    link(mini.root / "by" / "way", "/etc/hostname")
    link(mini.docs / "a.txt", "../by/way")
    link(mini.root / "by" / "folder", "/etc")
    link(mini.docs / "b", "../by/folder")
    link(mini.docs / "c.txt", "../by/folder/hostname")
    assert set(told(mini)) == {"docs/a.txt", "docs/b", "docs/c.txt"}


# ---------------------------------------------------------------- links to what is not for others
@pytest.mark.parametrize(
    "target",
    [
        ".git/config", ".env", ".coursenotes/last", ".nox/x.txt", "sub/.ssh/known", "site/index.html", "deploy.key",
        "keys/id_ed25519", "conf/Server.PEM", "credentials.json", "secrets/name.txt", "notes/local/x.txt", "x.log",
        "notes/private.md",
    ],
)  # fmt: skip
def test_a_link_to_a_private_file_is_refused(mini: Paths, target: str):
    put(mini.root / ".gitignore", "/notes/local/\n*.log\n")
    put(mini.root / "notes" / ".gitignore", "private.md\n")
    put(mini.root / target, "secret")
    link(mini.docs / "concepts" / "e.md", mini.root / target)
    assert set(told(mini)) == {"docs/concepts/e.md"}
    (mini.docs / "concepts" / "e.md").unlink()
    link(mini.docs / "folder", (mini.root / target).parent)
    assert all(name.split("/")[1] == "folder" for name in told(mini))


def test_a_file_ignored_by_the_repository_alone_is_refused(mini: Paths):
    put(mini.root / ".git" / "info" / "exclude", "drafts/\n")
    put(mini.root / "drafts" / "x.md")
    link(mini.docs / "x.md", "../drafts/x.md")
    assert "drafts/x.md, which git ignores" in told(mini)["docs/x.md"]


def test_hidden_files_of_a_linked_folder_are_left_out(mini: Paths):
    put(mini.root / "handouts" / "a.md")
    put(mini.root / "handouts" / ".git" / "config", "secret")
    put(mini.root / "handouts" / ".env", "secret")
    put(mini.root / "handouts" / "__pycache__" / "x.pyc", "x")
    link(mini.docs / "handouts", "../handouts")
    assert sorted(n for n in listing.look(mini).names if "handouts" in n) == ["docs/handouts/a.md"]


def test_a_link_out_of_a_linked_folder_is_refused(mini: Paths):
    put(mini.root / "handouts" / "a.md")
    link(mini.root / "handouts" / "b.md", "/etc/hostname")
    link(mini.root / "handouts" / "deep" / "c", "/etc")
    link(mini.docs / "handouts", "../handouts")
    assert set(told(mini)) == {"docs/handouts/b.md", "docs/handouts/deep/c"}


# ---------------------------------------------------------------- links that may stay
def test_links_inside_the_project_are_pages_and_files_as_others(mini: Paths):
    put(mini.root / "handouts" / "deep" / "sheet.md", "# A sheet\n\nWords.\n")
    link(mini.docs / "handouts", "../handouts")
    link(mini.docs / "same.md", "concepts/averages.md")
    link(mini.docs / "absolute.md", mini.docs / "concepts" / "averages.md")
    link(mini.docs / "concepts" / "data.txt", "../../snippets/steps.py")
    site = discover(mini)
    assert {"handouts/deep/sheet.md", "same.md", "absolute.md"} <= site.pages.keys() and not site.problems
    assert site.files.has(mini.docs / "concepts" / "data.txt")
    assert site.files.has(mini.docs / "concepts" / ".." / "same.md") and not site.files.has(mini.docs / "none.md")


def test_a_project_that_is_reached_through_a_link_is_whole(mini: Paths):
    link(mini.root.parent / "here", mini.root)
    here = Paths(mini.root.parent / "here")
    assert listing.look(here).names == listing.look(mini).names
    mkdocs_plugin.render(Project(discover(here)), here.root / "whole")
    assert (mini.root / "whole" / "concepts" / "averages" / "index.html").is_file()


# ---------------------------------------------------------------- circles
@pytest.mark.parametrize("target", [".", "..", "concepts/..", "../docs", "l", "m", "../docs/concepts/up"])
def test_a_circle_of_links_is_refused(mini: Paths, target: str):
    link(mini.docs / "l", target)
    if target == "m":
        link(mini.docs / "m", "l")
    if target.endswith("up"):
        link(mini.docs / "concepts" / "up", "..")
    assert "docs/l" in told(mini)


def test_two_folders_that_lead_to_each_other_are_refused(mini: Paths):
    link(mini.docs / "a" / "x", "../b")
    link(mini.docs / "b" / "y", "../a")
    assert set(told(mini)) == {"docs/a/x/y", "docs/b/y/x"}


def test_links_that_multiply_have_an_end(mini: Paths, monkeypatch):
    monkeypatch.setattr("coursenotes.discover.files.tree.MOST", 2_000)
    for level in range(30):
        put(mini.root / "many" / str(level) / "x.txt")
        for name in "ab":
            link(mini.root / "many" / str(level) / name, f"../{level + 1}")
    (mini.root / "many" / "30").mkdir()
    link(mini.docs / "many", "../many/0")
    assert "holds more than 2,000 files" in told(mini)["docs"]


def test_a_hidden_link_to_a_folder_is_refused_too(mini: Paths):
    """mkdocs follows it before it leaves hidden files out."""
    link(mini.docs / ".l", ".")
    assert set(told(mini)) == {"docs/.l"}


def test_an_editor_lock_is_not_a_page(mini: Paths):
    link(mini.docs / "concepts" / ".#averages.md", "ana@host.4711:1700000000")
    put(mini.docs / ".trash" / "old.md", "[x](claim:nothing)\n")
    assert ".trash/old.md" not in discover(mini).pages


# ---------------------------------------------------------------- no files
@pytest.mark.parametrize(
    "name",
    [
        "docs/x.md",
        "docs/x.yml",
        "docs/courses.yml",
        "snippets/x.py",
        "tests/claims/test_x.py",
        "results/averages/x.json",
        "releases/x.json",
        "site_src/theme/x.html",
    ],
)
def test_a_fifo_is_refused_and_not_opened(mini: Paths, name: str):
    (mini.root / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(mini.root / name)
    assert "a FIFO" in told(mini)[name]


def test_a_socket_is_refused(mini: Paths, monkeypatch):
    monkeypatch.chdir(mini.docs)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("x.md")
        assert "a socket" in told(mini)["docs/x.md"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes devices")
def test_a_device_is_refused(mini: Paths):
    try:
        os.mknod(mini.docs / "zero.md", 0o644 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no devices can be made here")
    assert "a device" in told(mini)["docs/zero.md"]


@pytest.mark.parametrize(
    "name", ["docs/x.md", "docs/people.yml", "snippets/x.py", "results/averages/x.json", "mkdocs.yml"]
)
def test_a_hard_link_is_refused(mini: Paths, name: str):
    path = mini.root / name
    put(path, path.read_text() if path.is_file() else "x")
    os.link(path, mini.root.parent / "other")
    assert "a hard link" in told(mini)[name]


def test_hard_links_in_the_store_are_allowed(mini: Paths):
    os.link(put(mini.state / "store" / "x.json"), mini.root / "x.json")
    os.link(put(mini.site / "x.html"), mini.root / "x.html")
    assert discover(mini).pages


@pytest.mark.parametrize("name", [b"a\nb.md", b"caf\xe9.md", b"x\x1b[2J.txt"])
def test_a_name_that_not_every_system_can_write_is_refused(mini: Paths, name: bytes):
    with open(os.path.join(os.fsencode(mini.docs), name), "wb"):  # noqa: PTH118, PTH123
        pass
    (what,) = told(mini).values()
    assert "a name that not every system can write: 'docs/" in what and "\n" not in what and "\x1b" not in what


def test_a_link_that_leads_nowhere_is_refused(mini: Paths):
    link(mini.docs / "concepts" / "gone.md", "nowhere.md")
    link(mini.docs / "gone.png", "nowhere.png")
    assert all("leads nowhere" in what for what in told(mini).values()) and len(told(mini)) == 2


def test_all_problems_are_reported_at_once(mini: Paths):
    link(mini.docs / "e.md", "/etc/hostname")
    link(mini.docs / "l", ".")
    os.mkfifo(mini.docs / "f.md")
    os.link(put(mini.snippets / "h.py"), mini.root.parent / "h")
    link(mini.claims / "test_e.py", "/etc/hostname")
    put(mini.docs / "Index.md")
    assert set(told(mini)) == {
        "docs/e.md", "docs/l", "docs/f.md", "snippets/h.py", "tests/claims/test_e.py", "docs/index.md",
    }  # fmt: skip


# ---------------------------------------------------------------- two that are one
@pytest.mark.parametrize(
    "one, other",
    [
        ("docs/a.md", "docs/A.md"),
        ("docs/a.txt", "docs/a.TXT"),
        ("docs/x/a.md", "docs/X/b.md"),
        ("docs/a.png", "docs/A.png/b.txt"),
        (f"docs/{NFC}.md", f"docs/{NFD}.md"),
        (f"docs/{NFC}.md", f"docs/{NFD.upper()}.md"),
        ("docs/straße.md", "docs/STRASSE.md"),
        ("snippets/averages.py", "snippets/Averages.py"),
        ("results/averages/x.json", "results/Averages/x.json"),
    ],
)
def test_names_that_are_one_on_a_mac_are_refused(mini: Paths, one: str, other: str):
    put(mini.root / one, "x = 1\n")
    put(mini.root / other, "x = 1\n")
    ((name, what),) = told(mini).items()
    assert "on a Mac they are the same file" in what and "rename" in what
    assert one.startswith(name) or other.startswith(name)


@pytest.mark.parametrize(
    "one, other",
    [
        ("docs/a.md", "docs/a/index.md"),
        ("docs/README.md", "docs/index.md"),
        ("docs/x/README.md", "docs/x/index.md"),
        ("docs/x.md", "docs/x/README.md"),
        ("docs/a.md", "docs/a/index.html"),
        ("docs/a.md", "docs/A/index.md"),
        ("docs/lessons/dl2022/lesson8/ana.md", "docs/lessons/dl2022/lesson8/ana.ipynb"),
    ],
)
def test_two_with_one_address_are_refused(mini: Paths, one: str, other: str):
    put(mini.root / one)
    put(mini.root / other)
    ((name, what),) = told(mini).items()
    assert name in (one, other) and "has the address of" in what and "rename" in what


@pytest.mark.parametrize("name", ["docs/a.markdown", "docs/a.MD", "docs/a.mkd"])
def test_a_page_that_only_mkdocs_would_see_is_refused(mini: Paths, name: str):
    put(mini.root / name)
    assert "a page that ends in" in told(mini)[name] and "end in .md" in told(mini)[name]


def test_names_that_only_look_alike_may_stay(mini: Paths):
    for name in ("a.md", "a.txt", "a/b.md", "b/a.md", "a-1.md", "index.txt", "ı.md", "i.md"):
        put(mini.docs / name)
    assert {"a.md", "a/b.md", "b/a.md"} <= discover(mini).pages.keys()


# ---------------------------------------------------------------- what reads from the list
def test_a_picture_is_one_of_the_list(mini: Paths):
    put(mini.root.parent / "out.png")
    put(mini.root / "in.png")
    put(mini.docs / "concepts" / "there.png")
    asked = ("../../../out.png", "../../in.png", "there.png", "there.png#x", "ther.png")
    put(mini.docs / "concepts" / "t.md", "# T\n" + "".join(f"\n![a picture]({href})\n" for href in asked))
    found = [(p.line, p.what, p.fix) for p in images.problems(discover(mini)) if p.path.name == "t.md"]
    assert [(line, what) for line, what, _ in found] == [
        (3, "no image ../../../out.png"), (5, "no image ../../in.png"), (11, "no image ther.png"),
    ]  # fmt: skip
    assert found[2][2] == "write there.png"


def test_reading_does_not_wait_for_a_file_that_is_gone(tmp_path: Path):
    os.mkfifo(tmp_path / "x.md")
    with pytest.raises(OSError, match="no longer a file"):
        listing.read_text(tmp_path / "x.md")
    with pytest.raises(OSError, match="no longer a file"):
        listing.read_text(tmp_path)
    assert listing.read_text(put(tmp_path / "y.md", "a\nb\n")) == "a\nb\n"


def test_a_file_that_appears_while_mkdocs_runs_waits_for_the_next_build(mini: Paths):
    project = Project(discover(mini))
    put(mini.docs / "late.md")
    put(mini.docs / "late.txt")
    mkdocs_plugin.render(project, mini.root / "whole")
    assert not (mini.root / "whole" / "late").exists() and not (mini.root / "whole" / "late.txt").exists()


def test_a_link_that_appears_while_mkdocs_runs_is_refused(mini: Paths):
    project = Project(discover(mini))
    link(mini.docs / "late.txt", "/etc/hostname")
    with pytest.raises(CoursenotesError, match=r"late\.txt: a link to /etc/hostname: it leads out"):
        mkdocs_plugin.render(project, mini.root / "whole")


def test_circles_that_appear_before_mkdocs_looks_are_refused(mini: Paths):
    """mkdocs itself follows them: two lead it through more folders than it can ever list."""
    project = Project(discover(mini))
    link(mini.docs / "l", ".")
    link(mini.docs / "m", ".")
    with pytest.raises(CoursenotesError, match=r"docs/m: a link to \., a folder that it is in"):
        mkdocs_plugin.render(project, mini.root / "whole")


@pytest.mark.parametrize("theme", ["site_src/theme", "own/theme"])
def test_a_link_out_in_the_projects_theme_is_refused(mini: Paths, theme: str):
    settings = mini.root / "mkdocs.yml"
    settings.write_text(settings.read_text().replace("font: false", f"font: false\n  custom_dir: {theme}"))
    put(mini.root / theme / "assets" / "own.css", "p {}")
    project = Project(discover(mini))
    mkdocs_plugin.render(project, mini.root / "whole")
    assert (mini.root / "whole" / "assets" / "own.css").is_file()
    link(mini.root / theme / "assets" / "e.txt", "/proc/self/environ")
    with pytest.raises(CoursenotesError, match=r"assets/e\.txt: a link to /proc/self/environ: it leads out"):
        mkdocs_plugin.render(project, mini.root / "again")


def test_hidden_files_that_the_settings_ask_for_are_copied_and_links_among_them_refused(mini: Paths):
    settings = mini.root / "mkdocs.yml"
    settings.write_text(settings.read_text() + "exclude_docs: |\n  !.well-known\n")
    put(mini.docs / ".well-known" / "security.txt", "Contact: x\n")
    mkdocs_plugin.render(Project(discover(mini)), mini.root / "whole")
    assert (mini.root / "whole" / ".well-known" / "security.txt").is_file()
    link(mini.docs / ".well-known" / "e.txt", "/etc/hostname")
    with pytest.raises(CoursenotesError, match=r"e\.txt: would be copied to the site, but is not"):
        mkdocs_plugin.render(Project(discover(mini)), mini.root / "again")


def test_pages_of_another_folder_are_refused(mini: Paths):
    settings = mini.root / "mkdocs.yml"
    project = Project(discover(mini))
    put(mini.root / "other" / "index.md")
    settings.write_text(settings.read_text() + "docs_dir: other\n")
    with pytest.raises(CoursenotesError, match=r"mkdocs\.yml: docs_dir is .*other; the engine reads .*docs"):
        mkdocs_plugin.render(project, mini.root / "whole")
