"""Kubernetes' quantities, as far as memory is told in them."""

from __future__ import annotations

import re
from decimal import Decimal

_BYTES = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(|[kKMGTPE]i?|m|[eE][0-9]+)")
_DECIMAL = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
}
_BINARY = {f"{unit}i": Decimal(2 ** (10 * power)) for power, unit in enumerate("KMGTPE", start=1)}
_MEBIBYTE = 2**20


def parse_bytes(text: str) -> int:
    """A quantity such as 512Mi, 1.5G or 2e9 in bytes.

    Raises:
        ValueError: `text` is no such quantity.
    """
    match = _BYTES.fullmatch(text.strip())
    unit = match.group(2) if match else ""
    if match is None or unit in ("K", "ki"):
        raise ValueError(f'expected an amount of memory such as 512Mi, found "{text}"')
    number = Decimal(match.group(1))
    if len(unit) > 1 and unit[0] in "eE" and unit[1:].isdigit():
        return int(number * 10 ** int(unit[1:]))
    return int(number * (_BINARY.get(unit) or _DECIMAL[unit]))


def format_bytes(amount: int) -> str:
    """`amount` as Kubernetes takes it: in Mi, rounded up, where that is exact enough, or else as it is."""
    return f"{-(-amount // _MEBIBYTE)}Mi" if amount >= _MEBIBYTE else str(amount)
