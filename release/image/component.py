"""What an image is made of, one by one: a distribution of Python's, a package of Debian's, or what is within one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One part: `purl` names it among all packages there are (package-url), `texts` are the files with its licence, in the image;
    `within` names the component that it was compiled into, with its version.
    """

    name: str
    version: str
    licence: str
    purl: str
    texts: tuple[str, ...] = ()
    sha256: str | None = None
    within: str | None = None
