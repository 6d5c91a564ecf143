"""The day for which the site is built, and dates as people write them."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from typing import Any

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def today() -> date:
    """Today in UTC; or the day of SOURCE_DATE_EPOCH, which repeats a build of another day."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return (datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)).date()


def parse(value: Any) -> date:
    """A date as YAML reads it, or from a text such as 2027-06-01. Raises ValueError for anything else."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise ValueError(f"{value} is not a date")
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value} is not in the calendar") from None


def write(day: date) -> str:
    """21 November 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
