"""Which licences may be in an image, and what each part's is as an SPDX expression. A part whose licence isn't known, or isn't on the
list, ends the build: whoever adds it finds out and writes it down here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: As SPDX names a licence that isn't on its list.
PUBLIC_DOMAIN = "LicenseRef-Public-Domain"
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0",
        "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Unicode-3.0", "Unicode-DFS-2016", "Unlicense", "Zlib",
        "bzip2-1.0.6",
        # Of programs and libraries of the base that are used as they are: what is linked with them may have any licence.
        "GPL-3.0-or-later WITH GCC-exception-3.1", "LGPL-2.1-or-later",
    }
)  # fmt: skip
#: A program that is started on its own, unmodified: cp. Its source is Debian's.
ALLOWED_PROGRAMS = frozenset({"GPL-3.0-or-later"})

#: How distributions without a `License-Expression` name theirs, in the field or among the classifiers, in lower case.
_NAMES = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "isc": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
} | {name.lower(): name for name in ALLOWED}

#: Whose metadata leave it open: found in the text of the licence that they ship.
_DISTRIBUTIONS = {
    "protoc-gen-openapiv2": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
}

#: Debian's packages, by name without the suffix of the time_t transition: from each one's copyright file, for what of it is in the image.
_DEBIAN = {
    "ca-certificates": "MPL-2.0",
    "coreutils": "GPL-3.0-or-later",
    "libacl1": "LGPL-2.1-or-later",
    "libattr1": "LGPL-2.1-or-later",
    "libbz2-1.0": "bzip2-1.0.6",
    "libc-bin": "LGPL-2.1-or-later",
    "libc6": "LGPL-2.1-or-later",
    "libcrypt1": "LGPL-2.1-or-later",
    "libexpat1": "MIT",
    "libffi8": "MIT",
    "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "liblzma5": "0BSD",
    "libpcre2-8-0": "BSD-3-Clause",
    "libpython3-stdlib": "PSF-2.0",
    "libselinux1": PUBLIC_DOMAIN,
    "libssl3": "Apache-2.0",
    "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "libuuid1": "BSD-3-Clause",
    "libzstd1": "BSD-3-Clause",
    "openssl": "Apache-2.0",
    "openssl-provider-legacy": "Apache-2.0",
    "python3-minimal": "PSF-2.0",
    "tzdata": PUBLIC_DOMAIN,
    "zlib1g": "Zlib",
}


class LicenceError(Exception):
    """A part whose licence isn't known or isn't on the list."""


def of_distribution(name: str, *, expression: str | None, field: str | None, classifiers: Iterable[str]) -> str:
    """A Python distribution's, from its metadata."""
    if expression:
        return expression
    if name.lower() in _DISTRIBUTIONS:
        return _DISTRIBUTIONS[name.lower()]
    named = [text.rsplit("::", 1)[-1].strip() for text in classifiers if text.startswith("License ::")]
    for text in (field or "", *named):
        if found := _NAMES.get(text.strip().lower()):
            return found
    found_here = ", ".join(filter(None, [(field or "").splitlines()[0] if field else "", *named])) or "nothing"
    raise LicenceError(f"{name}: expected a licence in its metadata, found {found_here}: add it to _DISTRIBUTIONS in {__file__}")


def of_debian_package(name: str) -> str:
    """A Debian package's."""
    plain = name.removesuffix("t64")
    if re.match(r"(lib)?python3\.\d+(-minimal|-stdlib)?$", plain):
        return "PSF-2.0"
    if plain not in _DEBIAN:
        raise LicenceError(
            f"{name}: expected a licence for this Debian package, found none: read its copyright, add it to _DEBIAN in {__file__}"
        )
    return _DEBIAN[plain]


def check(name: str, expression: str) -> None:
    """Refuse what isn't on the list: of alternatives one must be there, of parts all."""
    allowed = ALLOWED | {PUBLIC_DOMAIN} | (ALLOWED_PROGRAMS if name == "coreutils" else frozenset())
    if not _is_allowed(expression, allowed):
        raise LicenceError(f"{name}: {expression} isn't among the licences that an image may hold: see ALLOWED in {__file__}")


def _is_allowed(expression: str, allowed: frozenset[str]) -> bool:
    """Whether a choice of its alternatives is allowed: `A OR B` needs one, `A AND B` both. OR binds least."""
    text = expression.strip()
    for operator, enough in ((" OR ", any), (" AND ", all)):
        parts = _split(text, operator)
        if len(parts) > 1:
            return enough(_is_allowed(part, allowed) for part in parts)
    if text.startswith("(") and text.endswith(")"):
        return _is_allowed(text[1:-1], allowed)
    return text in allowed


def _split(text: str, operator: str) -> list[str]:
    """At the operator, where no parenthesis is open."""
    parts, depth, begin = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and text.startswith(operator, index):
            parts.append(text[begin:index])
            begin = index + len(operator)
    return [*parts, text[begin:]]
