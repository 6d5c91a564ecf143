"""Checks that a site can be served at an address, before anything is trained for it."""

from __future__ import annotations

import errno
import socket

from coursenotes.errors import CoursenotesError, Problem

_NEXT = 100  # ports after a taken one that are tried


def check(host: str, port: int) -> None:
    """Raise CoursenotesError, naming a free address, if mkdocs cannot serve at this one."""
    error = _refused(host, port)
    if error is None:
        return
    shown = f"[{host}]" if ":" in host else host
    free = next((p for p in range(max(port, 1023) + 1, min(port + _NEXT, 65536)) if _refused(host, p) is None), 8001)
    what, instead = f"cannot serve at {shown}:{port}: {error.strerror or error}", f"{shown}:{free}"
    if error.errno == errno.EADDRINUSE:
        what = f"{shown}:{port} is taken: another program is using it, perhaps an earlier mkdocs serve"
    elif error.errno not in (errno.EACCES, errno.EPERM):  # of another machine, or a port that there is not
        instead = f"127.0.0.1:{port if 1023 < port < 65536 else 8000}"
    raise CoursenotesError(
        Problem(what, details=("nothing was built yet",), fix=f"mkdocs serve -a {instead}, or stop that program")
    )


def _refused(host: str, port: int) -> OSError | None:
    """The error of listening there, or None if that works. Stops listening again."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return error
    except OverflowError:
        return OSError(errno.EINVAL, "ports go from 1 to 65535")
    return None
