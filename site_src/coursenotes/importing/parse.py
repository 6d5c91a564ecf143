"""Reads Markdown as people write it on GitHub, on forums and in notebooks, with its HTML, into a tree."""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from coursenotes.importing.html import Builder
from coursenotes.importing.tree import Node, Report

_BLOCKS = {"paragraph": "paragraph", "heading": "heading", "bullet_list": "list", "ordered_list": "list",
           "list_item": "item", "blockquote": "quote", "table": "table", "tr": "row", "th": "cell", "td": "cell",
           "footnote_reference": "footnote", "admonition": "admonition", "admonition_title": "summary"}  # fmt: skip
_INLINE = {"strong": "strong", "em": "em", "s": "del", "link": "link"}
_BOX = re.compile(r"\s*(?:!!!|\?\?\?\+?)\s*\S")
_WHOLE_BOX = re.compile(r"\s*(?:!!!|\?\?\?\+?) ?[\w-]+(?: +\"[^\"]*\")?\s*$")
_DELIMITER = re.compile(r"[ >]*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_CODE = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|(?<![\\$\w])\$(?![\s$])[^$]+?(?<![\s\\])\$(?![\w$])")
_ENDS = {"script": "</script", "style": "</style", "pre": "</pre", "textarea": "</textarea"}
_PROSE = re.compile(r"(?<![\\\w])[A-Za-z]{2,}(?:[,.;:]?\s+[A-Za-z]{2,}){2,}")


def _reader() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": 60}).enable(["table", "strikethrough"])
    md.use(footnote_plugin)
    md.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, allow_blank_lines=False,
           double_inline=True)  # fmt: skip
    md.use(amsmath_plugin).use(admon_plugin)
    md.disable(["footnote_tail", "footnote_inline"])
    md.validateLink = lambda url: True  # type: ignore[method-assign] # links with unknown schemes are reported, not read as text
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    md.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return md


_READER = _reader()


def parse(text: str, report: Report, line: int = 1) -> Node:
    """The tree of a note's text, which begins on this line of the source."""
    env: dict[str, Any] = {}
    text = _fixed(text, report, line)
    builder = Builder(report, line)
    _Reading(builder, line, report, text.split("\n")).read(_READER.parse(text, env))
    builder.finish()
    for definition in env.get("duplicate_refs", ()):
        name = definition["label"]
        report.add(line + definition["map"][0], f"[{name}] is defined twice", "the first address is used",
                   f"{name} {definition['href']} {definition['title']}")  # fmt: skip
    _definitions(env, text, report, line)
    return builder.root


def _fixed(text: str, report: Report, line: int) -> str:
    """The text, changed so that the parser drops nothing: cells beyond a table's last, words after a box's title."""
    lines, width = text.split("\n"), 0
    for number, each in enumerate(lines):
        if _BOX.match(each) and not _WHOLE_BOX.match(each):
            lines[number] = each[: len(each) - len(each.lstrip())] + "\\" + each.lstrip()
        if width and "|" in each:
            code = _CODE.sub(lambda match: re.sub(r"(?<!\\)\|", r"\\|", match[0]), each)
            pipes = [match.start() for match in re.finditer(r"(?<!\\)\|", code.rstrip())]
            inner = pipes[bool(pipes and not code[: pipes[0]].strip(" >")) :]
            inner = inner[:-1] if inner and inner[-1] == len(code.rstrip()) - 1 else inner
            for at in reversed(inner[width - 1 :]):
                code = f"{code[:at]}\\{code[at:]}"
            if inner[width - 1 :]:
                report.add(line + number, "a row with more cells than its table", "the last cell holds the rest")
            lines[number] = code
        elif not each.strip():
            width = 0
        if _DELIMITER.match(each) and number and lines[number - 1].strip():
            width = len([cell for cell in each.strip(" >\t|").split("|") if cell.strip()])
    return "\n".join(lines)


def _definitions(env: dict[str, Any], text: str, report: Report, line: int) -> None:
    """Report link definitions: their addresses are at the links now, and those that no link uses are left out."""
    for name, definition in env.get("references", {}).items():
        first, last = definition["map"]
        uses = len(re.findall(rf"\[{re.escape(name)}\]", " ".join(text.split()), re.IGNORECASE))
        raw = "\n".join(text.split("\n")[first:last])
        if uses < 2:
            report.add(line + first, f"the address [{name}]: {definition['href']} is not used", "left out", raw)
        else:
            labels = re.findall(rf"\]\[{re.escape(name)}\]", text, re.IGNORECASE)
            report.count("addresses moved to their links", " ".join([raw, *labels]))


class _Reading:
    """Passes the tokens of one text to a builder."""

    def __init__(self, builder: Builder, line: int, report: Report, source: list[str]):
        self.builder, self.first, self.report, self.source = builder, line, report, source
        self.at = line

    def read(self, tokens: list[Token]) -> None:
        for token in tokens:
            if token.map:
                self.at = self.first + token.map[0]
            self.block(token)

    def block(self, token: Token) -> None:
        builder, name = self.builder, token.type
        builder.line = self.at
        base, _, way = name.rpartition("_")
        if name == "inline":
            self.inline(token.children or [])
        elif way == "open" and base in _BLOCKS:
            builder.open(_BLOCKS[base], **self.attrs(token, base))
        elif way == "close" and base in _BLOCKS:
            builder.close(_BLOCKS[base])
        elif name in ("fence", "code_block"):
            self.fence(token)
        elif name == "hr":
            builder.add("rule")
        elif name == "html_block":
            self.html(token)
        elif name in ("math_block", "math_block_label", "amsmath"):
            builder.add("formula", token.content.strip())

    def fence(self, token: Token) -> None:
        """Read a block of code. Words after its language have no effect: imported notes are not run."""
        info = token.info.strip()
        match = re.match(r"\{?\s*\.?([\w+#.-]*)", info)
        language = match[1] if match else ""
        rest = info[match.end() :].strip(" }") if match else info
        if rest or info.startswith("{"):
            self.report.add(self.at, f"a block of code marked {info!r}", "shown as code, and not run", info)
        self.builder.add("block", token.content.removesuffix("\n"), language=language)
        if token.type == "fence" and token.map:
            last = self.source[min(token.map[1], len(self.source)) - 1] if token.map[1] else ""
            if not re.match(rf"[\s>*+\-\d.)]*{re.escape(token.markup[0])}{{{len(token.markup)},}}\s*$", last) or (
                token.map[1] - token.map[0] < 2
            ):
                self.report.add(self.at, "a block of code that does not end", "ended with the text around it")

    @staticmethod
    def attrs(token: Token, base: str) -> dict[str, Any]:
        if base == "heading":
            return {"level": int(token.tag[1])}
        if base == "ordered_list":
            return {"start": int(token.attrs.get("start", 1))}
        if base == "bullet_list":
            return {"start": None}
        if base in ("th", "td"):
            return {"align": str(token.attrs.get("style", "")).rpartition(":")[2], "head": base == "th"}
        if base == "footnote_reference":
            return {"label": token.meta["label"]}
        if base == "admonition":
            return {"name": str(token.meta.get("tag", "note")), "fold": token.markup.startswith("?")}
        if base == "paragraph":
            return {"tight": bool(token.hidden)}
        return {}

    def html(self, token: Token) -> None:
        """Read a block of raw HTML. One that does not end would take in the rest of the note: it is read as text."""
        content, opening = token.content, re.match(r"\s*<(script|style|pre|textarea)\b", token.content, re.IGNORECASE)
        end = _ENDS[opening[1].lower()] if opening else None
        for start, finish in (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")):
            end = finish if content.lstrip().startswith(start) else end
        if end is not None and end not in content.lower():
            after = content.partition("<")[2]
            self.report.add(self.at, f"<{after.split(chr(10))[0][:30]} does not end", "kept as text")
            self.builder.paragraph("<")
            inner = _Reading(self.builder, self.at, self.report, after.split("\n"))
            env: dict[str, Any] = {}
            inner.read(_READER.parse(after, env))
            _definitions(env, after, self.report, self.at)
            return
        self.builder.html_block(content)

    def inline(self, tokens: list[Token]) -> None:
        builder = self.builder
        for token in tokens:
            name = token.type
            base, _, way = name.rpartition("_")
            builder.line = self.at
            if name in ("text", "text_special"):
                builder.text(token.content)
            elif name in ("softbreak", "hardbreak"):
                builder.add("soft" if name == "softbreak" else "break")
                self.at += 1
            elif name == "code_inline":
                builder.add("code", token.content)
            elif name in ("math_inline", "math_inline_double"):
                self.formula(token)
            elif name == "image":
                builder.add("image", src=str(token.attrs["src"]), alt=token.content and _plain(token),
                            title=str(token.attrs.get("title", "")))  # fmt: skip
            elif name == "footnote_ref":
                builder.add("note", label=token.meta["label"])
            elif name == "html_inline":
                builder.html_inline(token.content)
                self.at += token.content.count("\n")
            elif way == "open" and base in _INLINE:
                href, title = str(token.attrs.get("href", "")), str(token.attrs.get("title", ""))
                builder.open(_INLINE[base], **({"href": href, "title": title} if base == "link" else {}))
            elif way == "close" and base in _INLINE:
                builder.close(_INLINE[base])

    def formula(self, token: Token) -> None:
        """Read TeX between dollar signs. Three words in a row are prose between two prices, and stay prose."""
        content = token.content
        marks = "$$" if token.type == "math_inline_double" else "$"
        if _PROSE.search(re.sub(r"\\(?:text|mathrm|textbf|operatorname)\*?\{[^{}]*\}", "", content)):
            what = f"${content[:40]}$ between dollar signs reads like prose"
            self.report.add(self.at, what, "kept as text, not as a formula")
            self.builder.text(f"{marks}{content}{marks}")
        else:
            self.builder.add("math", content.strip())
        self.at += content.count("\n")


def _plain(token: Token) -> str:
    """The alternative text of an image, without marks."""
    return "".join(
        c.content if c.type == "image" else " " if c.type.endswith("break") else c.content for c in token.children or []
    )  # type: ignore[misc]
