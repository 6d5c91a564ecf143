"""code: as HTML: the source of a class or function, highlighted, with its file and lines."""

from __future__ import annotations

from functools import lru_cache
from html import escape
from textwrap import dedent

from pygments import highlight as pygments_highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from coursenotes.discover.text.addresses import Target
from coursenotes.site.markdown.resolve import code_lines
from coursenotes.site.markdown.view import View


@lru_cache(maxsize=512)
def highlight(source: str) -> str:
    """Python as HTML with the classes that the theme styles."""
    return pygments_highlight(source, PythonLexer(), HtmlFormatter(cssclass="highlight", wrapcode=True)).strip()


def block(view: View, target: Target, caption: str) -> str:
    """The source that a code: reference names. Raises KeyError if there is none."""
    found = code_lines(view.project.catalog, target.name)
    if found is None:
        raise KeyError(target.name)
    path, first, last = found
    lines = path.read_text(encoding="utf-8").split("\n")[first - 1 : last]
    name = path.relative_to(view.project.paths.root).as_posix()
    place = f"{name}, {f'lines {first} to {last}' if last > first else f'line {first}'}"
    if view.source:
        place = f'<a href="{escape(f"{view.source}{name}#L{first}-L{last}")}">{place}</a>'
    words = f"{escape(caption)} · " if caption else ""
    code = highlight(dedent("\n".join(lines)))
    return f'<div class="cn-code">{code}<p class="cn-links">{words}{place}</p></div>'


def source_url(repo_url: str | None, edit_uri: str | None, docs: str = "docs") -> str:
    """The address below which the project's files can be read, from mkdocs' settings: "https://github.com/a/b/blob/main/".

    Empty without a repository.
    """
    if not repo_url:
        return ""
    parts = [part for part in (edit_uri or f"edit/main/{docs}/").split("/") if part]
    branch = [part for part in parts if part not in ("edit", "blob", "raw", docs)]
    return f"{repo_url.rstrip('/')}/blob/{'/'.join(branch) or 'main'}/"
