"""The works that the notes cite, from docs/literature.bib: their titles, where they appeared, their addresses.

    @article{srivastava2014,
      author  = {Srivastava, Nitish and Hinton, Geoffrey and others},
      title   = {Dropout: A Simple Way to Prevent Neural Networks from Overfitting},
      journal = {Journal of Machine Learning Research},
      year    = 2014, volume = 15, pages = {1929--1958},
      url     = {https://jmlr.org/papers/v15/srivastava14a.html}
    }

BibTeX is read by pybtex. A file with mistakes gives the entries that could be read, and its problems.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import latexcodec  # noqa: F401 - gives Python the codec "ulatex"
import pybtex.errors
from pybtex.database import Entry, Person
from pybtex.database.input.bibtex import Parser

from coursenotes.errors import Problem, unknown

_OPENING = re.compile(r"^[ \t]*@[ \t]*(?P<kind>\w+)[ \t]*[{(][ \t]*(?P<key>[^\s,{}()]+)[ \t]*,", re.MULTILINE)
_VENUES = ("journal", "booktitle", "publisher", "school", "institution", "organization", "howpublished")
_MOST = 8  # up to this many authors are all named; of more, the first six


@dataclass(frozen=True)
class Work:
    """One work. names are (given, family); source is its BibTeX as written; letter distinguishes works of one year."""

    key: str
    names: tuple[tuple[str, str], ...]
    title: str
    year: str
    venue: str
    doi: str
    arxiv: str
    url: str
    line: int
    source: str
    letter: str = ""

    @property
    def anchor(self) -> str:
        """The id of its entry in a list of sources."""
        return "bib-" + re.sub(r"[^\w-]", "-", self.key)

    @property
    def short(self) -> str:
        """Its authors in a few words: Srivastava et al."""
        family = [last for _, last in self.names]
        if len(family) > 2 or family[1:] == ["others"]:
            return f"{family[0]} et al."
        return " and ".join(family) or self.title

    @property
    def label(self) -> str:
        """The name of it in a sentence: Srivastava et al., 2014."""
        return f"{self.short}, {self.when}"

    @property
    def when(self) -> str:
        """Its year, with a letter where its authors have several works of that year."""
        return (self.year or "no year") + self.letter

    @property
    def authors(self) -> str:
        """Its authors by their full names."""
        whole = [" ".join(filter(None, name)) for name in self.names]
        more = len(whole) > _MOST or whole[-1:] == ["others"]
        whole = [name for name in whole[:6] if name != "others"] if more else whole
        if more or len(whole) < 2:
            return ", ".join(whole) + (" and others" if more else "")
        return f"{', '.join(whole[:-1])} and {whole[-1]}"

    @property
    def links(self) -> dict[str, str]:
        """Its addresses by the names of the links, the best one first."""
        links = {f"doi:{self.doi}": f"https://doi.org/{self.doi}"} if self.doi else {}
        links |= {f"arXiv:{self.arxiv}": f"https://arxiv.org/abs/{self.arxiv}"} if self.arxiv else {}
        return links or ({_host(self.url): self.url} if self.url else {})

    @property
    def text(self) -> str:
        """The whole entry as plain text."""
        head = f"{self.authors}: " if self.names else ""
        return f"{head}{self.title}. {', '.join(filter(None, (self.venue, self.when)))}."


@dataclass
class Literature:
    """Every work by its key, and the mistakes in the file."""

    path: Path
    works: dict[str, Work] = field(default_factory=dict)
    wrong: list[Problem] = field(default_factory=list)

    def get(self, key: str) -> Work | None:
        """The work with this key, or None."""
        return self.works.get(key)

    def unknown(self, key: str, path: Path, line: int, written: str = "[@{}]") -> Iterator[Problem]:
        """The problem of an unknown key; none where the file has mistakes, since the key may be in them."""
        if key not in self.works and not self.wrong:
            yield unknown("work", key, self.works, path, line, written, f"add it to docs/{self.path.name}")


def load(path: Path) -> Literature:
    """Read literature.bib. A file that is not there has no works."""
    literature = Literature(path)
    if not path.is_file():
        return literature
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        literature.wrong.append(Problem(f"not UTF-8: {error}", path, None, (), "save it as UTF-8"))
        return literature
    with pybtex.errors.capture() as complaints:
        entries = Parser().parse_string(text).entries
    places = {match["key"]: match.start() for match in reversed(list(_OPENING.finditer(text)))}
    literature.wrong += [_complaint(error, text, path) for error in complaints]
    for key, entry in entries.items():
        start = places.get(key, 0)
        literature.works[key] = _work(key, entry, text.count("\n", 0, start) + 1, _source(text, start))
    lines = [work.line for work in literature.works.values()]
    torn = {max((line for line in lines if line <= (p.line or 0)), default=0) for p in literature.wrong}
    for work in literature.works.values():  # an entry that was not read to its end is not reported twice
        literature.wrong += _missing(work, path) if work.line not in torn else ()
    _add_letters(literature.works)
    return literature


def from_latex(latex: str) -> str:
    """A field's text without LaTeX: {\\"U}ber -> Über. Formulas between dollar signs stay."""
    parts = re.split(r"(\$[^$]*\$)", " ".join(latex.split()))
    for n in range(0, len(parts), 2):
        text = re.sub(r"\\(?:emph|textit|textbf|texttt|textsc|text)\b", "", parts[n])
        parts[n] = re.sub(r"[{}]", "", codecs.decode(text, "ulatex"))  # type: ignore[call-overload]
    return "".join(parts).replace("``", "“").replace("''", "”")


def _work(key: str, entry: Entry, line: int, source: str) -> Work:
    fields = {name.lower(): from_latex(value) for name, value in entry.fields.items()}
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    names = [_name(person) for person in people]
    if not names and fields.get("organization"):
        names = [("", fields.pop("organization"))]
    arxiv = fields.get("eprint", "") if fields.get("archiveprefix", "arXiv").lower() == "arxiv" else ""
    doi = re.sub(r"^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", "", _address(entry, "doi"))
    year = fields.get("year") or fields.get("date", "")[:4]
    return Work(
        key, tuple(names), fields.get("title", "").rstrip("."), year, _venue(fields), doi, arxiv,
        _address(entry, "url"), line, source,
    )  # fmt: skip


def _name(person: Person) -> tuple[str, str]:
    """(given names, family name with its prefix and suffix); an organization has no given name."""
    given = " ".join([*person.first_names, *person.middle_names])
    family = " ".join([*person.prelast_names, *person.last_names, *person.lineage_names])
    return from_latex(given), from_latex(family)


def _venue(fields: dict[str, str]) -> str:
    """Where it appeared: Journal of Machine Learning Research 15(56), 1929–1958."""
    where = next((fields[name] for name in _VENUES if fields.get(name)), "")
    volume = fields.get("volume", "")
    issue = f"({fields['number']})" if fields.get("number") and volume else ""
    pages = re.sub(r"\s*[-–]+\s*", "–", fields.get("pages", ""))
    return ", ".join(filter(None, (" ".join(filter(None, (where, volume + issue))), pages)))


def _address(entry: Entry, name: str) -> str:
    """A field that is an address, as written, without LaTeX's escapes."""
    value = next((value for key, value in entry.fields.items() if key.lower() == name), "")
    return re.sub(r"\\([_%&#~])", r"\1", "".join(value.split())).strip("{}")


def _host(address: str) -> str:
    return re.sub(r"^https?://(?:www\.)?([^/]+).*$", r"\1", address)


def _source(text: str, start: int) -> str:
    """The entry that begins at an offset, as written."""
    depth = 0
    for match in re.finditer(r"[{}]", text[start:]):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return text[start : start + match.end()].strip()
    return text[start:].strip()


def _complaint(error: Any, text: str, path: Path) -> Problem:
    """A message of pybtex as a problem, with its line where the message has one or names a repeated entry."""
    what = re.sub(r"^syntax error in line \d+: ", "", str(error))
    line = getattr(error, "lineno", None)
    key = re.search(r"repeated bibliography entry: (\S+)|entry with key (\S+)", what)
    if line is None and key:
        name = key[1] or key[2]
        places = [match.start() for match in _OPENING.finditer(text) if match["key"] == name]
        line = text.count("\n", 0, places[-1]) + 1 if places else None
        what = what.replace(f"repeated bibliography entry: {name}", f"{name} is there twice")
    return Problem(f"not BibTeX: {what}" if "is there twice" not in what else what, path, line)


def _missing(work: Work, path: Path) -> Iterator[Problem]:
    """Fields that every entry needs."""
    fields = {"author": work.names, "title": work.title, "year": re.fullmatch(r"\d{4}", work.year)}
    for name, value in fields.items():
        if not value:
            yield Problem(f"{work.key} has no {name}", path, work.line, (), f"add {name} = {{…}}")
    if work.url and not re.match(r"https?://", work.url):
        yield Problem(f"the url of {work.key} is not a web address: {work.url}", path, work.line, (), "write https://…")


def _add_letters(works: dict[str, Work]) -> None:
    """Give letters to works of the same authors in the same year, in the order of their keys."""
    same: dict[str, list[str]] = defaultdict(list)
    for key in sorted(works):
        same[works[key].label].append(key)
    for keys in same.values():
        for n, key in enumerate(keys if len(keys) > 1 else ()):
            works[key] = replace(works[key], letter=chr(ord("a") + n))
