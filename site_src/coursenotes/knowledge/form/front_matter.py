"""The front matter of pages: the one table of its fields, and the check that every value has the type of its field.

Whether a value names something that exists (a lecture, a person, a subject) is checked by the module that reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from coursenotes import dates
from coursenotes.discover import yaml_text
from coursenotes.discover.catalog import OLD_SPELLINGS, Catalog, PageInfo
from coursenotes.discover.text.prose import FRONT_MATTER
from coursenotes.errors import Problem, nearest

TEXT, TEXTS, LIST, NAMES, DATE, ANYTHING = "text", "list of texts", "list", "names", "date", "anything"
TRANSCRIPT = "transcript"
KINDS = ("summary", "topic notes", TRANSCRIPT)


class Field(NamedTuple):
    """One field. type is one of those above, or the words to choose from; example is a value, text being YAML."""

    name: str
    type: str | tuple[str, ...]
    meaning: str
    example: str | list[str] | dict[str, str]


FIELDS = {
    field.name: field
    for field in (
        Field("title", TEXT, "names the page", "Dropout"),
        Field("description", TEXT, "a sentence for search engines", "Dropout, measured"),
        Field("lectures", LIST, "the lectures that treat it, each with a time", ["dl2022/8@1:08:22"]),
        Field("authors", TEXTS, "who wrote it, by their ids in `people.yml`", ["ana"]),
        Field("sources", TEXTS, "what it is based on, apart from its lectures", ["srivastava2014"]),
        Field("license", TEXT, "the license, where it is not the project's own", "CC-BY-4.0"),
        Field("kind", KINDS, "of somebody's version of a lesson: what it is", "summary"),
        Field("state", ("draft", "reviewed"), "whether somebody has reviewed it", "reviewed"),
        Field("publish", ("text", "index"), "of a transcript: `index` if its text must not be published", "index"),
        Field("lists", ("section",), "of an index page: that it lists its folder", "section"),
        Field("scale", ("sample", "full"), "the results that its figures, numbers and tables mean", "full"),
        Field("subjects", TEXTS, "of an index page: the headings that group its folder's pages", ["Tables", "Images"]),
        Field("subject", TEXT, "the heading that it is listed under", "Tables"),
        Field("prerequisites", TEXTS, "the concepts that a reader should know first", ["convolution"]),
        Field("aliases", TEXTS, "addresses that it had before", ["concepts/dropping.md"]),
        Field("renamed", NAMES, "old names of its claims and experiments", {"claim:fits_worse": "trains_slower"}),
        Field("visibility", ("listed", "unlisted"), "whether anything on the site leads to it", "unlisted"),
        Field("release", DATE, "the day from which it is listed", "2027-06-01"),
        Field("hide", ANYTHING, "parts of the page that the theme leaves out", "[toc]"),
        Field("search", ANYTHING, "how the theme's search treats it", "{exclude: true}"),
    )
}
_RENAMED = {old: name for name, old in OLD_SPELLINGS.items()}
_FIELD = re.compile(r"[ ]{0,3}[A-Za-z0-9_-]+:")  # on a page without front matter, as mkdocs has it


def problems(catalog: Catalog) -> Iterator[Problem]:
    """Everything that is wrong with the form of the front matter of every page."""
    for page in catalog.pages.values():
        yield from _head(page)
        yield from _names(page)
        yield from _types(page)


def mistake(name: str, value: object) -> tuple[str, str | list[str] | dict[str, str]] | None:
    """(what is wrong, a value to write instead) where a value is not of its field's type; None where it is."""
    type_, example = FIELDS[name].type, FIELDS[name].example
    if type_ == ANYTHING:
        return None
    if value is None:
        return "is empty", example
    if isinstance(type_, tuple):
        close = nearest(str(value).casefold(), type_) or example
        return None if value in type_ else (f"{value} is not one of: {', '.join(type_)}", close)
    if type_ in (TEXTS, LIST):
        return None if isinstance(value, list) else ("is not a list", [value] if isinstance(value, str) else example)
    if type_ == NAMES:
        return None if isinstance(value, dict) else ("has no names: each old one, a colon, the new one", example)
    if type_ == DATE:
        try:
            dates.parse(value)
        except ValueError as error:
            return str(error), example
    elif not (isinstance(value, str) and value.strip()):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return f"{text} is not text", text
    return None


def write(name: str, value: str | list[str] | dict[str, str], notebook: bool = False) -> str:
    """How to write a field, as a fix: in YAML, or in the metadata of a notebook."""
    if notebook:
        return f"write {json.dumps({name: value}, ensure_ascii=False)[1:-1]}"
    if isinstance(value, dict):
        value = f"{{{', '.join(f'{key}: {new}' for key, new in value.items())}}}"
    elif isinstance(value, list):
        texts = [text if re.fullmatch(r"[\w./-]+(?: [\w./-]+)*", text) else json.dumps(text) for text in value]
        value = f"[{', '.join(texts)}]"
    return f"write {name}: {value}"


def _head(page: PageInfo) -> Iterator[Problem]:
    """Mistakes in the lines before the text that hide the front matter, or text that mkdocs takes for front matter."""
    if page.text.startswith("\ufeff"):
        yield Problem("begins with a byte order mark, which hides its front matter", page.path, 1, (),
                       "save it as UTF-8 without BOM")  # fmt: skip
    elif re.match(r"---[ \t]*\n\w+:", page.text) and not FRONT_MATTER.match(page.text):
        yield Problem("front matter is not closed", page.path, 1, (), "end it with a line of ---")
    elif page.name.endswith(".md") and _FIELD.match(page.text):
        yield Problem("its first line reads like a field, and mkdocs would leave it out", page.path, 1, (),
                      "begin with a heading, or with front matter between lines of ---")  # fmt: skip
    for field in ("title", "description"):
        if re.search(r"<\s*[/!A-Za-z]", str(page.meta.get(field, ""))):
            what = "holds HTML, which would apply to the whole page"
            yield page.problem(field, what, "write it in words alone")


def _names(page: PageInfo) -> Iterator[Problem]:
    """Fields that are nearly ones of the table, and fields under both of their spellings. Other fields are allowed."""
    for field in dict.fromkeys(map(str, page.meta)):
        close = nearest(field, (*FIELDS, *_RENAMED))
        if close and field not in FIELDS and field not in _RENAMED:
            fix = f"write {_RENAMED.get(close, close)}:"
            yield Problem(f"no field {field}: in front matter", page.path, page.line_of(field), (), fix)
    for name, old in OLD_SPELLINGS.items():
        if name in page.meta and old in page.meta:
            yield page.problem(name, f"is the same field as {old}:", f"write {name}: alone, with all the names")


def _types(page: PageInfo) -> Iterator[Problem]:
    """Values that are not of their field's type. In YAML, texts are checked as they are written, before YAML reads."""
    notebook = page.name.endswith(".ipynb")
    texts, lists = ([name for name, field in FIELDS.items() if field.type == each] for each in (TEXT, TEXTS))
    yield from yaml_text.problems(page, texts, [page.spelling(name) for name in lists])
    for name in FIELDS:
        value = page.meta.get(page.spelling(name), ...)
        if value is ... or (not notebook and (name in texts or (name in lists and value is None))):
            continue
        wrong = mistake(name, value)
        if wrong:
            yield page.problem(name, wrong[0], write(name, wrong[1], notebook))
