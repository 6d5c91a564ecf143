"""The pages for contributors are true and complete: their example builds, and they name all that there is."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import coursenotes.api
import coursenotes.claims
from coursenotes.discover.text.addresses import SCHEMES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "contribute"


def fences(text: str) -> list[tuple[str, str]]:
    """(what stands behind the mark, the code) of each fence of a page."""
    return re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    """The files of the example by their paths."""
    found = fences((DOCS / "index.md").read_text(encoding="utf-8"))
    return {m[1]: code for info, code in found if (m := re.search(r'title="([^"]+)"', info))}


def coursenotes_in(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "coursenotes.cli", *args]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_example_does_what_its_page_says(example, tmp_path):
    """Its first claim is refused in the words of the page, its second one is accepted, its numbers come out."""
    page = (DOCS / "index.md").read_text(encoding="utf-8")
    assert sorted(example) == [
        "docs/concepts/standardizing.md", "snippets/standardizing.py", "tests/claims/test_standardizing.py",
    ]  # fmt: skip
    config = (ROOT / "tests" / "mini_site" / "mkdocs.yml").read_text(encoding="utf-8")
    home = "---\nlicense: CC-BY-4.0\n---\n# Home\n"
    for name, text in {
        **example, "mkdocs.yml": config, "snippets/__init__.py": "", "docs/index.md": home,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    claims = tmp_path / "tests" / "claims" / "test_standardizing.py"
    second = claims.read_text()
    first = next(code for info, code in fences(page) if info == "python" and "def test_descends_faster" in code)
    claims.write_text(second[: second.index("@falsified_by")] + first)
    replicate = ("replicate", "standardizing", "--seeds", "8")  # the least there can be: the page's 20 take longer
    refused = coursenotes_in(tmp_path, *replicate)
    said = next(code for info, code in fences(page) if info == "text" and "not far from accepted" in code)
    assert refused.returncode == 1 and said.partition(" (room")[0] in refused.stdout, refused.stdout + refused.stderr

    claims.write_text(second)
    accepted = coursenotes_in(tmp_path, *replicate)
    assert accepted.returncode == 0 and "0 jobs are missing" in accepted.stdout, accepted.stdout + accepted.stderr
    built = coursenotes_in(tmp_path, "build")
    assert built.returncode == 0, built.stderr[-3000:]
    assert "claims: 1 supported" in built.stdout

    checked = coursenotes_in(tmp_path, "check")
    assert checked.returncode == 0, checked.stderr
    shown = next(code for info, code in fences(page) if info == "console" and "at sample scale" in code)
    numbers = [float(n) for n in re.findall(r"(?:accuracy|loss) ([\d.e-]+)", shown)]
    found = [float(n) for n in re.findall(r"(?:accuracy|loss) ([\d.e-]+)", coursenotes_in(tmp_path, "run").stdout)]
    assert len(numbers) == 6 and numbers == pytest.approx(found, rel=0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_reference_is_shown_as_code(scheme):
    code = "".join(code for _, code in fences((DOCS / "pages.md").read_text(encoding="utf-8")))
    assert f"]({scheme}:" in code


@pytest.mark.parametrize("name", coursenotes.claims.__all__)
def test_everything_that_a_claim_imports_is_explained(name):
    assert name == "Comparison" or f"{name}(" in (DOCS / "claims.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", list(inspect.signature(coursenotes.api.experiment).parameters))
def test_every_argument_of_an_experiment_is_explained(name):
    assert f"`{name}`" in (DOCS / "snippets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [n for n in dir(coursenotes.api.Run("sample")) if not n.startswith("_")])
def test_everything_that_run_offers_is_explained(name):
    assert name == "curves" or f"run.{name}" in (DOCS / "snippets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", re.findall(r"def (\w+)\(session\)", (ROOT / "noxfile.py").read_text(encoding="utf-8")))
def test_every_nox_session_is_in_the_tables_of_commands(name):
    for page in (ROOT / "README.md", DOCS / "how-it-works.md"):
        assert f"`nox -s {name}`" in page.read_text(encoding="utf-8")
