"""Where in an object store, or in a volume of files, a URI leads, for comparing: whether an object is below a prefix.

URIs are compared by parts, never as text: s3://b/team-a isn't above s3://b/team-ab/x. What could mean another place to another
reader (a client that resolves `..`, a server that decodes `%2e`) is no place at all, so that nothing gets past a comparison that way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

#: The schemes of object stores, each with the one that it is compared by.
SCHEMES = {"s3": "s3", "s3a": "s3", "gs": "gs", "az": "az", "abfs": "abfs", "abfss": "abfss"}
FILE = "file"
_AZURE = frozenset({"az", "abfs", "abfss"})
#: A bucket or container; for Azure also `container@account.dfs.core.windows.net`. No password, no port, no trailing dot.
_NAME = r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_BUCKET = re.compile(_NAME, re.ASCII)
_PART = r"([^/\\%\x00-\x1f\x7f]*[^/\\%.\x00-\x1f\x7f][^/\\%\x00-\x1f\x7f]*|\.{3,})"
#: A folder of files as an administrator writes it.
FOLDER = rf"(/{_PART})+/?"
#: A place as an administrator writes it in the configuration, in what Go's regular expressions know too: nothing encoded in it.
PLACE = rf"((s3|s3a|gs)://{_NAME}|(az|abfs|abfss)://{_NAME}(@{_NAME})?)(/{_PART})*/?"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\]")
_MOST_DECODINGS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket, and the parts of a key or of a prefix of keys in it. Files have no bucket."""

    scheme: str
    bucket: str
    parts: tuple[str, ...]

    def is_above(self, other: Place) -> bool:
        """Whether `other` is this place, or below it."""
        return (self.scheme, self.bucket) == (other.scheme, other.bucket) and other.parts[: len(self.parts)] == self.parts

    def below(self, name: str) -> Place:
        """The place of that name directly below this one."""
        return Place(self.scheme, self.bucket, (*self.parts, name))

    def __str__(self) -> str:
        return f"{self.scheme}://{'/'.join((self.bucket, *self.parts))}"


def folder_place(path: str) -> Place:
    """The place of the files below the folder `path`, which is a FOLDER."""
    return Place(FILE, "", tuple(path.strip("/").split("/")))


def parse_place(uri: str, *, files: bool = False) -> Place:
    """The place that `uri` means to everybody. One slash at its end makes no difference. `files`: it may be one of files, too.

    Raises:
        ValueError: it isn't in an object store, or its meaning depends on who reads it; the message states what was expected.
    """
    scheme, separator, rest = uri.partition("://")
    is_file = files and scheme.lower() == FILE
    if not separator or not (is_file or scheme.lower() in SCHEMES):
        raise ValueError(f"the URI of an object store ({', '.join(SCHEMES)})" + (f", or {FILE}:///…" if files else ""))
    bucket, _, key = rest.partition("/")
    if is_file and bucket:
        raise ValueError(f"a path after {FILE}://, without a host")
    if not is_file and not _is_bucket(bucket, scheme.lower()):
        raise ValueError("the name of a bucket after ://, without user, password or port")
    parts = tuple(key.removesuffix("/").split("/")) if key.removesuffix("/") else ()
    if any(_is_odd(part) for part in parts):
        raise ValueError("a key without empty parts, `.`, `..`, backslashes or control characters, encoded or not")
    return Place(FILE if is_file else SCHEMES[scheme.lower()], bucket, parts)


def _is_bucket(bucket: str, scheme: str) -> bool:
    container, at, account = bucket.partition("@")
    if at and not (scheme in _AZURE and _BUCKET.fullmatch(account)):
        return False
    return _BUCKET.fullmatch(container) is not None


def _is_odd(part: str) -> bool:
    for _ in range(_MOST_DECODINGS):
        if part in ("", ".", "..") or "/" in part or _CONTROL.search(part):
            return True
        if (decoded := unquote(part, errors="replace")) == part:
            return False
        part = decoded
    return True
