"""People, from docs/people.yml: the authors of notes, the teachers of courses, and the authors of other notes.

    jeremy_howard:
      name: Jeremy Howard
      url: https://example.org/
      github: jph00
      orcid: 0000-0002-1825-0097
      affiliation: fast.ai
    contributors:
      name: The contributors of these notes
      group: true                       # its name is not divided into first and last names

Pages and courses name people by these ids. A project without the file names them as it likes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from coursenotes.discover.text.addresses import is_web_address
from coursenotes.discover.text.yaml_lines import pairs, root, written
from coursenotes.errors import Problem, Problems, nearest, some

FIELDS = ("name", "url", "github", "orcid", "affiliation", "group")
ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Person:
    """A person, or a group of people, with the line that begins the entry."""

    id: str
    name: str
    url: str = ""
    github: str = ""
    orcid: str = ""
    affiliation: str = ""
    group: bool = False
    line: int = 0

    @property
    def addresses(self) -> dict[str, str]:
        """Their addresses by the names of the links, their own page first."""
        links = {"website": self.url} if self.url else {}
        links |= {"GitHub": f"https://github.com/{self.github}"} if self.github else {}
        return links | ({"ORCID": f"https://orcid.org/{self.orcid}"} if self.orcid else {})


class People:
    """Everybody by id. Without the file, path is None, and every id is accepted."""

    def __init__(self, people: tuple[Person, ...] = (), path: Path | None = None):
        self.all = {person.id: person for person in people}
        self.path = path

    def get(self, name: str) -> Person | None:
        """The person with this id, or None."""
        return self.all.get(name)

    def called(self, name: str) -> str | None:
        """The id of the person with this name, id or GitHub name, in any case; None where there is none."""
        wanted = name.strip().removeprefix("@").casefold()
        names = ((p.id, {p.id, p.name.casefold(), p.github.casefold()}) for p in self.all.values())
        return next((id for id, called in names if wanted and wanted in called), None)

    def unknown(self, name: str, path: Path | None, line: int, field: str = "authors") -> Iterator[Problem]:
        """The problem of an id that nobody has; none where somebody has it."""
        if name in self.all or self.path is None:
            return
        close = nearest(name, self.all)
        if close is None:  # a name in place of an id
            close = next((person.id for person in self.all.values() if person.name == name), None)
        fix = f"write {field}: [{close}]" if close else f"add {made_id(name)} to docs/{self.path.name}"
        yield Problem(f"{field}: nobody has the id {name!r}", path, line, (f"there is: {some(self.all)}",), fix)


def load(path: Path) -> People:
    """Read people.yml. A file that is not there has nobody. Raises CoursenotesError with every problem."""
    if not path.is_file():
        return People()
    problems = Problems()
    people = list(_people(path, problems))
    _check_names(people, path, problems)
    problems.raise_if_any()
    return People(tuple(people), path)


def _people(path: Path, problems: Problems) -> Iterator[Person]:
    for name, node, line in pairs(root(path, problems), path, problems, "the people"):
        if not ID.fullmatch(name):
            problems.add(f"{name!r} is not an id", path, line, details=["ids are small letters, digits and _"],
                         fix=f"write {made_id(name)}:")  # fmt: skip
        yield _person(name, node, line, path, problems)


def _person(name: str, node: yaml.Node, line: int, path: Path, problems: Problems) -> Person:
    fields: dict[str, str] = {}
    for key, value, at in pairs(node, path, problems, name, FIELDS):
        text = written(value)
        wrong = "is not a text" if not isinstance(text, str) else _wrong(key, text)
        if wrong:
            problems.add(f"{key} of {name} {wrong}", path, at)
        else:
            fields[key] = text
    if not fields.get("name"):
        problems.add(f"{name} has no name", path, line, fix="name: …")
    group = fields.pop("group", "false") == "true"
    return Person(name, fields.pop("name", "") or name, **fields, group=group, line=line)


def _wrong(key: str, text: str) -> str | None:
    """The mistake in a field's text; None for none."""
    if key == "url" and not is_web_address(text):
        return f"is not a web address: {text}"
    if key == "github" and not re.fullmatch(r"[A-Za-z0-9](?:-?[A-Za-z0-9])*", text):
        return f"is not a GitHub name: {text}"
    if key == "orcid" and not _is_orcid(text):
        return f"is not an ORCID iD: {text}"
    if key == "group" and text not in ("true", "false"):
        return f"is neither true nor false: {text}"
    return None


def _is_orcid(text: str) -> bool:
    """Whether the last character is the check digit of the others (ISO 7064, mod 11-2)."""
    if not re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text):
        return False
    digits = text.replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = 2 * (total + int(digit))
    return digits[-1] == "0123456789X"[(12 - total % 11) % 11]


def _check_names(people: list[Person], path: Path, problems: Problems) -> None:
    """Report entries with the same name, which are most likely one person."""
    seen: dict[str, Person] = {}
    for person in people:
        other = seen.setdefault(person.name.casefold(), person)
        if other is not person and person.name != person.id:
            problems.add(f"{person.id} has the name of {other.id}", path, person.line,
                         details=[f"{other.id} is on line {other.line}"],
                         fix="make them one entry, or give them different names")  # fmt: skip


def made_id(name: str) -> str:
    """An id made of a name."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()  # Zoë -> zoe
    id = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return id if ID.fullmatch(id) else f"by_{id or 'somebody'}"
