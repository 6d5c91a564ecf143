"""Finds times and addresses of lectures in text and in links, in the many forms in which people write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from coursenotes.discover.text.addresses import write_time
from coursenotes.importing.tree import Node, Report, short
from coursenotes.knowledge.lectures.lectures import Lecture, Lectures

_TIME = r"\d{1,3}(?::\d{1,2}){1,2}"
_CODE = r"[A-Za-z][\w./-]*"
_FORMS = re.compile(
    rf"(?<![\w\])])\[\s*(?:(?P<code>{_CODE})\s*@\s*)?(?P<time>{_TIME})\s*\]"
    rf"|(?<![\w@/.+-])(?P<bare>{_CODE})@(?P<at>{_TIME})(?![\w:])"
    r"|(?<![\w\])])\((?P<round>\d{1,3}:\d{2}(?::\d{2})?)\)"
    rf"|\[\s*(?P<whole>{_CODE})\s*\](?![\[(])"
)
_LEADING = re.compile(r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)(?=\s|$)")
_HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be", "www.youtube-nocookie.com")


@dataclass
class TimeFinder:
    """Finds the times of one note, which belongs to a lecture. listed: whether a lecture may be named on it."""

    lectures: Lectures
    own: Lecture | None
    report: Report
    listed: Callable[[Lecture], bool] = lambda lecture: True

    def split(self, node: Node, first: bool = False, link: bool = False) -> list[Node]:
        """Split a piece of text into pieces of text, times, and links to whole lectures.

        first: it begins a line, and the note's lines begin with times. link: it is inside a link, which holds no other.
        """
        pieces, at, text = [], 0, node.text
        for start, end, new in self._references(text, first, node.line, link):
            pieces += [Node("text", node.line, text[at:start]), new]
            at = end
        pieces.append(Node("text", node.line, text[at:]))
        return [piece for piece in pieces if piece.kind != "text" or piece.text]

    def _references(self, text: str, first: bool, line: int, link: bool) -> Iterator[tuple[int, int, Node]]:
        """(start, end, node) of every time and lecture in a text."""
        lead = _LEADING.match(text) if first else None
        if lead and not link and (time := self._time("", lead["time"], line)):
            self.report.count("times at the beginning of a line", lead[0])
            yield lead.start(), lead.end(), Node("time", line, time)
        for match in _FORMS.finditer(text):
            if match["whole"]:
                lecture = self.lectures.get(match["whole"])
                if lecture is not None and self.listed(lecture) and not link:
                    self.report.count("lectures named without a time")
                    inner = Node("text", line, match["whole"])
                    yield match.start(), match.end(), Node("link", line, "", {"href": f"lecture:{lecture.id}"}, [inner])
                continue
            code = match["code"] or match["bare"] or ""
            time = self._time(code, match["time"] or match["at"] or match["round"], line, match[0], bool(match["bare"]))
            if time is None:
                continue
            if link:
                self.report.add(line, f"the time {match[0]} inside a link", "kept as text: links do not nest")
                continue
            self.report.count("times", match[0])
            yield match.start(), match.end(), Node("time", line, time)

    def _time(self, code: str, time: str, line: int, written: str = "", quiet: bool = False) -> str | None:
        """A time as our brackets hold it, 1:08:22 or DL1v3L5@1:08:22; None, and reported, where it cannot be one."""
        lecture = self.lectures.get(code) if code else self.own
        if lecture is None:
            if code and not (quiet and self.lectures.nearest(code) is None):
                close = self.lectures.nearest(code)
                hint = f"; is it {close}?" if close else "; name it among its codes in docs/courses.yml"
                self.report.add(line, f"{written}: there is no lecture {code}", f"kept as text{hint}")
            return None
        fields = [int(field) for field in time.split(":")]
        seconds = fields[-1] + 60 * fields[-2] + 3600 * (fields[0] if len(fields) == 3 else 0)
        wrong = None
        if fields[-1] > 59 or (len(fields) == 3 and fields[1] > 59):
            wrong = "minutes and seconds go to 59"
        elif lecture.seconds is not None and seconds > lecture.seconds:
            wrong = f"{lecture.id} lasts {write_time(lecture.seconds)}"
        elif not self.listed(lecture):
            wrong = f"{lecture.id} is not listed yet"
        if wrong:
            self.report.add(line, f"the time {written or time}: {wrong}", "kept as text")
            return None
        return f"{code}@{write_time(seconds)}" if code else write_time(seconds)

    def video(self, href: str, line: int) -> str | None:
        """The lecture: address of a link to a video of courses.yml; None for any other."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        if parts.hostname not in _HOSTS:
            return None
        query = parse_qs(parts.query)
        path = parts.path.strip("/").split("/")
        video = path[-1] if parts.hostname == "youtu.be" or path[0] == "embed" else query.get("v", [""])[0]
        lecture = next((one for one in self.lectures.all() if one.video and one.video == video), None)
        if lecture is None or not self.listed(lecture):
            return None
        time = (query.get("t") or query.get("start") or parse_qs(parts.fragment).get("t") or [""])[0]
        seconds = _seconds(time)
        if not time or seconds == 0:
            return f"lecture:{lecture.id}"
        if seconds is None or (lecture.seconds is not None and seconds > lecture.seconds):
            self.report.add(line, f"{href}: not a time of {lecture.id}", "kept as a link to the web")
            return None
        return f"lecture:{lecture.id}@{write_time(seconds)}"


def _seconds(text: str) -> int | None:
    """Seconds of 1h1m51s, 111s or 111; None for anything else."""
    match = re.fullmatch(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?", text)
    if not text or match is None:
        return None
    hours, minutes, seconds = (int(field or 0) for field in match.groups())
    return 3600 * hours + 60 * minutes + seconds


def report_strays(root: Node, own: Lecture, lectures: Lectures, report: Report) -> None:
    """Report bare times below a line that names another lesson of the course: one file may hold notes of several."""
    others = {one.name: one for one in lectures.courses[own.course].lectures if one.id != own.id}
    below = named_by = ""
    for block in root.children:
        named = re.search(r"(?:lesson|lecture|week)\s+(\d{1,3})\W*$", block.words(), re.IGNORECASE)
        if named and block.kind in ("heading", "paragraph") and len(block.words()) < 80:
            below, named_by = named[1], block.words()
        if below not in others:
            continue
        for node in block.walk():
            if node.kind == "time" and "@" not in node.text:
                action = f"taken as one of {own.id}; if it is not, write [{others[below].id}@{node.text}]"
                report.add(node.line, f"the time [{node.text}] is below “{short(named_by)}”", action)


def leading_times(text: str) -> int:
    """How many lines of a text begin with a time, in brackets or without."""
    return len(re.findall(rf"(?m)^\s*(?:\*\*)?[\[(]?\s*{_TIME}\s*[\])]?(?=\s|$|\*)", text))
