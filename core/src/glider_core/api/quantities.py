"""Kubernetes' quantities, such as 500m, 1.5Gi or 2e3: read to be compared, and written for amounts of memory.

They are compared exactly, as fractions: 0.1 and 100m are the same, and a binary float would make them differ. Exponents are short,
since 1e999999999 in full would take all memory that there is.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Any

#: In what Python's and Go's regular expressions have in common: the chart's schema has the same.
QUANTITY = r"([+-]?(?:[0-9]+(?:[.][0-9]*)?|[.][0-9]+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?"
_QUANTITY = re.compile(QUANTITY)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_MEBIBYTE = 2**20
#: No amount that anybody means takes more characters.
LONGEST = 64
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


def parse_quantity(text: Any) -> Fraction:
    """The number that `text` stands for; YAML may have made a number of it already.

    Raises:
        ValueError: `text` is no quantity.
    """
    written = str(text)
    number = None if isinstance(text, bool) or len(written) > LONGEST else _number(written)
    if number is None:
        raise ValueError(f"expected a quantity such as 500m or 2Gi, found {text!r}")
    return number


@lru_cache(maxsize=1024)
def _number(text: str) -> Fraction | None:
    """The number, or None if `text` is no quantity. A cluster's tasks use the same few again and again."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number, suffix = Fraction(match.group(1)), match.group(2) or ""
    if suffix in _BINARY:
        return number * Fraction(1024) ** _BINARY[suffix]
    if suffix in _DECIMAL:
        return number * Fraction(10) ** _DECIMAL[suffix]
    return number * Fraction(10) ** int(suffix[1:])


def parse_bytes(text: str) -> int:
    """An amount of memory in bytes.

    Raises:
        ValueError: `text` is no quantity.
    """
    return int(parse_quantity(text))


def format_bytes(amount: int) -> str:
    """`amount` as Kubernetes takes it: in Mi, rounded up, where that is exact enough, or else as it is."""
    return f"{-(-amount // _MEBIBYTE)}Mi" if amount >= _MEBIBYTE else str(amount)
