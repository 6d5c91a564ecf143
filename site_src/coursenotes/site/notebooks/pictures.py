"""Pictures inside a notebook: kept as they are, scaled down, or refused if too large or not a picture."""

from __future__ import annotations

import base64
import binascii
import io
import re

from PIL import Image, UnidentifiedImageError

BYTES = 400_000  # of one picture on a page
WIDTH = 1600  # pixels, where it has to be made smaller
PIXELS = 50_000_000  # larger pictures are not unpacked

_URI = re.compile(
    r"data:image/(?P<kind>png|jpeg|jpg|gif|webp|svg\+xml)(?:;[\w=-]+){0,3};base64,(?P<data>[A-Za-z0-9+/=\s]+)"
)


class CannotShow(ValueError):
    """A picture that cannot be shown; its message is the reason, for readers."""


def bounded(uri: str) -> str:
    """A picture's data: address, scaled down if necessary. Raises Refused."""
    match = _URI.fullmatch(uri.strip())
    try:
        data = base64.b64decode(match["data"] if match else b"", validate=False)
    except binascii.Error:
        data = b""
    if match is None or not data:
        raise CannotShow("a picture that cannot be read")
    if match["kind"] == "svg+xml":  # shown as a picture, in which no script runs and nothing is loaded
        if len(data) > BYTES:
            raise CannotShow(f"a drawing of {_size(len(data))}")
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
    kind, kept = small(data)
    return f"data:image/{kind};base64,{base64.b64encode(kept).decode()}"


def small(data: bytes) -> tuple[str, bytes]:
    """(kind, bytes) of a picture, unchanged if it is small enough. Raises Refused."""
    try:
        picture = Image.open(io.BytesIO(data))
        kind, (width, height) = (picture.format or "").lower(), picture.size
        if kind not in ("png", "jpeg", "gif", "webp"):
            raise CannotShow("a picture that cannot be read")
        if width * height > PIXELS:
            raise CannotShow(f"a picture of {width:,} by {height:,} pixels")
        if len(data) <= BYTES:
            picture.verify()
            return kind, data
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise error if isinstance(error, CannotShow) else CannotShow("a picture that cannot be read") from None
    most = WIDTH
    while most >= 200:
        smaller = picture.convert("RGBA" if "A" in picture.mode or picture.mode == "P" else "RGB")
        smaller.thumbnail((most, 4 * most))
        for kind in ("png", "jpeg"):
            small = _saved(smaller, kind)
            if len(small) <= BYTES:
                return kind, small
        most //= 2
    raise CannotShow(f"a picture of {_size(len(data))}")


def _saved(picture: Image.Image, kind: str) -> bytes:
    """The file of a picture. JPEG has no transparency: white shows through, as on paper."""
    if kind == "jpeg" and picture.mode == "RGBA":
        background = Image.new("RGB", picture.size, "white")
        background.paste(picture, mask=picture.getchannel("A"))
        picture = background
    file = io.BytesIO()
    picture.save(file, kind, **({"optimize": True} if kind == "png" else {"quality": 85}))
    return file.getvalue()


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{count // 1000} kB"
