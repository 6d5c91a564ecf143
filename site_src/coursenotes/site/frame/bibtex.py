"""The citation of a page: in words, and as a BibTeX entry."""

from __future__ import annotations

import re
import unicodedata

import yaml

from coursenotes.knowledge.credit.people import Person
from coursenotes.paths import Paths

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{sign: f"\\{sign}" for sign in "&%$#_"},
}  # fmt: skip


def site_name(paths: Paths) -> str:
    """The site's name in mkdocs.yml; an empty string if there is none."""
    path = paths.settings
    line = re.search(r"^site_name:.*$", path.read_text(encoding="utf-8"), re.MULTILINE) if path.is_file() else None
    return str((yaml.safe_load(line[0]) or {}).get("site_name") or "") if line else ""


def bibtex(page: str, title: str, writers: list[Person], site: str, year: int, license: str) -> list[str]:
    """The lines of a page's BibTeX entry without its closing brace, so that an address can be added."""
    fields = {
        "author": " and ".join(_author(person) for person in writers),
        "title": f"{{{escaped(title)}}}",  # a second pair of braces keeps its capitals
        "howpublished": escaped(site),
        "year": str(year),
        "note": escaped(license),
    }
    return [f"@misc{{{key(page, site)},", *(f"  {name} = {{{value}}}," for name, value in fields.items() if value)]


def words(title: str, writers: list[Person], site: str, year: int) -> str:
    """The citation in plain words: Ana Lima and Bo Chen, “Dropout”, Course notes, 2026."""
    names = [person.name for person in writers]
    who = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
    return ", ".join(filter(None, (who, f"“{title}”", site, str(year)))) + "."


def key(page: str, site: str) -> str:
    """The unique key of a page's entry: course-notes-concepts-dropout."""
    return "-".join(filter(None, (_ascii(site), _ascii(page.rpartition(".")[0])))).casefold()


def escaped(text: str) -> str:
    """Text as BibTeX and LaTeX read it. Braces become commands, since BibTeX counts even escaped ones."""
    return "".join(_SPECIAL.get(sign, sign) for sign in " ".join(text.split()))


def _author(person: Person) -> str:
    """A name for BibTeX: in braces if BibTeX must not take it apart."""
    whole = person.group or "," in person.name or re.search(r"\b(and|others)\b", person.name)
    return f"{{{escaped(person.name)}}}" if whole else escaped(person.name)


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")
