"""Every path of a project, and every rule between names and paths. No other module builds paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from coursenotes.errors import CoursenotesError, Problem

ENGINE = Path(__file__).resolve().parent  # this package
THEME = ENGINE.parent / "theme"


@dataclass(frozen=True)
class Paths:
    """The paths of a project, below one root folder (the one that holds mkdocs.yml)."""

    root: Path
    GENERATED: ClassVar = ("evidence/", "reference/")  # folders below docs/ that exist only while a site is rendered

    @classmethod
    def find(cls, start: Path | str | None = None) -> Paths:
        """The paths of the project around start, by default the current folder. Raises CoursenotesError."""
        here = Path(start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "mkdocs.yml").is_file():
                return cls(folder)
        raise CoursenotesError(
            Problem(f"no mkdocs.yml in {here} or above it", fix="run this inside a checkout of the project")
        )

    # -- trees that people write in
    @property
    def docs(self) -> Path:
        return self.root / "docs"

    @property
    def settings(self) -> Path:
        return self.root / "mkdocs.yml"

    @property
    def snippets(self) -> Path:
        return self.root / "snippets"

    @property
    def claims(self) -> Path:
        return self.root / "tests" / "claims"

    @property
    def courses(self) -> Path:
        return self.docs / "courses.yml"

    @property
    def people(self) -> Path:
        return self.docs / "people.yml"

    @property
    def literature(self) -> Path:
        return self.docs / "literature.bib"

    @property
    def glossary(self) -> Path:
        return self.docs / "glossary.yml"

    @property
    def synonyms(self) -> Path:
        return self.docs / "synonyms.yml"

    @property
    def wanted(self) -> Path:
        return self.docs / "wanted.yml"

    @property
    def looked_up(self) -> list[Path]:
        """The files that the rendering of any page may read; some may not exist."""
        return [self.courses, self.literature, self.glossary]

    @property
    def theme(self) -> Path:
        return self.root / "site_src" / "theme"

    @property
    def releases(self) -> Path:
        return self.root / "releases"

    # -- files that a build writes
    @property
    def published(self) -> Path:
        return self.root / "results"

    @property
    def state(self) -> Path:
        """The local, git-ignored folder: results, verdicts, drawings, locks."""
        return self.root / ".coursenotes"

    @property
    def store(self) -> Path:
        return self.state / "store"

    @property
    def set_aside(self) -> Path:
        """Damaged results."""
        return self.state / "bad"

    @property
    def scratch(self) -> Path:
        return self.state / "tmp"

    @property
    def memo(self) -> Path:
        """The entries of cache/memo.py."""
        return self.state / "memo"

    @property
    def jobs(self) -> Path:
        """The folders of running jobs."""
        return self.state / "jobs"

    def history_file(self, experiment: str) -> Path:
        """The file of the last costs and keys of an experiment's jobs."""
        return self.state / "last" / f"{experiment}.json"

    @property
    def parsed(self) -> Path:
        """Summaries of parsed Python files (discover/python/records.py)."""
        return self.state / "parsed.json"

    @property
    def stamp(self) -> Path:
        """Everything that the last whole build depended on."""
        return self.state / "stamp.json"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def libraries_state(self) -> Path:
        """The caches of libraries, such as matplotlib's list of fonts; no settings."""
        return self.state / "libraries"

    @property
    def site(self) -> Path:
        return self.root / "site"

    def fresh_site(self, process: int) -> Path:
        """Where a process renders a site before it replaces the last one."""
        return self.root / f"site.new.{process}"

    def fresh_sites(self) -> list[tuple[int, Path]]:
        """(process, folder) of every site that is being rendered, or was when its process was killed."""
        folders = [(folder.name.split(".")[2], folder) for folder in self.root.glob("site.new.*")]
        return [(int(process) if process.isdigit() else 0, folder) for process, folder in folders]

    def import_stage(self, process: int) -> Path:
        """Where a process puts imported files before they are checked and moved into the project."""
        return self.state / f"import.{process}"

    # -- names <-> paths
    def topics(self) -> list[str]:
        """The topics that have a snippet, in alphabetical order."""
        return sorted(p.stem for p in self.snippets.glob("*.py") if p.stem != "__init__")

    def snippet(self, topic: str) -> Path:
        return self.snippets / f"{topic}.py"

    def claims_file(self, topic: str) -> Path:
        return self.claims / f"test_{topic}.py"

    def concept(self, topic: str) -> Path:
        return self.docs / self.concept_page(topic)

    # -- pages, by their names below docs/
    @staticmethod
    def concept_page(topic: str) -> str:
        """The page of a concept: dropout -> concepts/dropout.md."""
        return f"concepts/{topic}.md"

    @staticmethod
    def is_for_contributors(page: str) -> bool:
        return page.startswith("contribute/")

    @staticmethod
    def is_note(page: str) -> bool:
        """Whether a page teaches in this project's own words: not for contributors, and not somebody's own version."""
        return not Paths.is_for_contributors(page) and not Paths.is_version(page)

    @staticmethod
    def is_index(page: str) -> bool:
        """Whether a page is the index of its folder."""
        return page.rpartition("/")[2] == "index.md"

    @staticmethod
    def is_concept(page: str) -> bool:
        return page.startswith("concepts/") and not Paths.is_index(page)

    @staticmethod
    def is_version(page: str) -> bool:
        """Whether a page is somebody's own version of a lesson: lessons/dl2022/lesson8/ana.md."""
        parts = page.split("/")
        return len(parts) == 4 and parts[0] == "lessons"

    @staticmethod
    def counted(page: str) -> tuple[str | int, ...]:
        """A sort key for pages by name that orders numbers by value: lesson2.md before lesson10.md."""
        return tuple(int(part) if n % 2 else part for n, part in enumerate(re.split(r"([0-9]+)", page)))

    @staticmethod
    def lesson_of(page: str) -> str | None:
        """The canonical page of the lesson that a page is, or is a version of; None for any other page."""
        parts = page.split("/")
        if len(parts) == 4 and parts[0] == "lessons":
            return "/".join(parts[:3]) + ".md"
        return page if len(parts) == 3 and parts[0] == "lessons" and not Paths.is_index(page) else None

    def module(self, path: Path) -> str:
        """The import name of a Python file of the project: snippets/datasets/a.py -> snippets.datasets.a."""
        parts = path.resolve().relative_to(self.root.resolve()).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def module_path(self, module: str) -> Path | None:
        """The file of a project module, or None where there is no such file."""
        base = self.root.joinpath(*module.split("."))
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
        return None

    def published_file(self, topic: str, experiment: str) -> Path:
        return self.published / topic / f"{experiment}.json"

    def published_files(self) -> list[Path]:
        """The files of published results. Acceptance files, whose names have a dot, are left out."""
        return sorted(path for path in self.published.glob("*/*.json") if "." not in path.stem)

    def acceptance_file(self, topic: str, scale: str) -> Path:
        """The acceptance file of a topic's claims at a scale; no experiment has a dot in its name."""
        return self.published / topic / f"claims.{scale}.json"

    def acceptance_files(self) -> list[Path]:
        """The acceptance files that exist."""
        return sorted(self.published.glob("*/claims.*.json"))

    # -- addresses on the site, relative to its root
    @staticmethod
    def page_url(page: str) -> str:
        """The address of a page: concepts/dropout.md -> concepts/dropout/; the home page's is empty."""
        path = page.removesuffix(".md").removesuffix(".ipynb")
        folder, _, last = path.rpartition("/")
        path = folder if last in ("index", "README") else path
        return f"{path}/" if path else ""

    @staticmethod
    def evidence_url(topic: str, experiment: str) -> str:
        return f"evidence/{topic}.{experiment}/"

    @staticmethod
    def topic_page(topic: str, *, listed: bool = True) -> str:
        """The generated page with a topic's claims in full: those shown by listed pages, or those shown by none."""
        return f"evidence/{topic}.md" if listed else f"evidence/{topic}.unlisted.md"

    @staticmethod
    def claim_url(topic: str, claim: str, *, listed: bool = True) -> str:
        """The address of a claim in full. visibility.claim_url() decides whether it is listed."""
        return f"{Paths.page_url(Paths.topic_page(topic, listed=listed))}#{topic}.{claim}"

    @staticmethod
    def term_url(term: str) -> str:
        return f"reference/glossary/#{term}"

    @staticmethod
    def dated_url(place: str) -> str:
        return f"reference/dated/#{place}"
