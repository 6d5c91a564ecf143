"""The licences that a note or a source may name, by their SPDX ids: what each is called, and where it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from coursenotes.errors import Problem, nearest, some


class Licence(NamedTuple):
    """One licence: its SPDX id, what people call it, the address of its text."""

    id: str
    name: str
    url: str


def _creative_commons(kind: str, version: str) -> Licence:
    name = f"CC {kind} {version}"
    url = f"https://creativecommons.org/licenses/{kind.lower()}/{version}/"
    return Licence(f"CC-{kind}-{version}", name, url)


_KINDS = ("BY", "BY-SA", "BY-NC", "BY-NC-SA", "BY-ND", "BY-NC-ND")
KNOWN = {
    licence.id: licence
    for licence in (
        *(_creative_commons(kind, version) for version in ("4.0", "3.0") for kind in _KINDS),
        Licence("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        Licence("MIT", "MIT", "https://spdx.org/licenses/MIT.html"),
        Licence("Apache-2.0", "Apache 2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
        Licence("BSD-3-Clause", "BSD 3-Clause", "https://spdx.org/licenses/BSD-3-Clause.html"),
        Licence("GPL-3.0-only", "GPL 3.0", "https://www.gnu.org/licenses/gpl-3.0.html"),
        Licence("GFDL-1.3-only", "GFDL 1.3", "https://www.gnu.org/licenses/fdl-1.3.html"),
    )
}


def spdx(given: str) -> str | None:
    """The SPDX id that a licence is written as, or None: CC BY 4.0, cc-by-4.0 and its address are CC-BY-4.0."""
    wanted = re.sub(r"[\s_]+", "-", given.strip().casefold()).removeprefix("licence-").removeprefix("license-")
    address = re.search(r"creativecommons\.org/(?:licenses/([a-z-]+)/([\d.]+)|publicdomain/(zero)/1\.0)", wanted)
    if address:
        wanted = "cc0-1.0" if address[3] else f"cc-{address[1]}-{address[2]}"
    return next((id for id in KNOWN if id.casefold() == wanted), None)


def closest(given: str) -> str | None:
    """The SPDX id of the licence that somebody most likely means, by what people call it too; None where none is."""
    words = " ".join(given.casefold().split())
    named = {licence.name.casefold(): licence.id for licence in KNOWN.values()}
    ids = {licence.casefold(): licence for licence in KNOWN}
    return spdx(given) or named.get(words) or ids.get(nearest(words.replace(" ", "-"), ids) or "")


def problems(given: object, path: Path, line: int) -> Iterator[Problem]:
    """What is wrong with a licence as somebody wrote it."""
    written = str(given)
    if written not in KNOWN:
        close = closest(written)
        fix = f"write licence: {close}" if close else "write an SPDX id: https://spdx.org/licenses/"
        yield Problem(f"no licence {written!r}", path, line, (f"there is: {some(KNOWN, 20)}",), fix)
