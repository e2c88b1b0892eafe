"""URIs, taken literally: nothing is percent-decoded, since flytekit doesn't either."""

from __future__ import annotations

import re

LOCAL_SCHEMES = ("", "file")
WEB_SCHEMES = frozenset({"http", "https"})
AZURE_SCHEMES = frozenset({"az", "abfs", "abfss"})
#: What obstore moves, unless fsspec is the engine of choice.
OBJECT_SCHEMES = frozenset({"s3", "s3a", "gs"}) | AZURE_SCHEMES
#: Keys that S3 has and obstore has not: with an empty part, one of dots only, or a control character.
_ODD_KEY = re.compile(r"/\.{0,2}/|/\.{1,2}$|[\x00-\x1f\x7f]")


def split(uri: str) -> tuple[str, str]:
    """Scheme (empty for a plain path) and the rest after `://`."""
    scheme, separator, rest = uri.partition("://")
    return (scheme.lower(), rest) if separator else ("", uri)


def is_local(uri: str) -> bool:
    """Whether `uri` is a file of this machine."""
    return split(uri)[0] in LOCAL_SCHEMES


def is_remote(uri: str) -> bool:
    """Whether `uri` is to be passed on as it is, and not uploaded. As in flytekit, `file://` counts as remote."""
    return "://" in uri


def is_odd_key(key: str) -> bool:
    """Whether obstore has no words for the key, or for the end of one from a slash on."""
    return _ODD_KEY.search(key) is not None


def local_path(uri: str) -> str:
    """The path of a local URI."""
    return split(uri)[1]


def join(prefix: str, *parts: str) -> str:
    """`prefix` and `parts` with exactly one slash between them."""
    return "/".join([prefix.rstrip("/"), *parts])


def basename(uri: str) -> str:
    """The last part of a URI or path, or "file" where there is none to name a file by. Only a web address has a query after it."""
    address = uri.partition("#")[0].partition("?")[0] if split(uri)[0] in WEB_SCHEMES else uri
    name = address.rstrip("/").rpartition("/")[2]
    return "file" if name in ("", ".", "..") else name


def with_bucket(uri: str, bucket: str | None) -> str:
    """`uri` in another bucket; as it is where none is given or it is local."""
    if not bucket or is_local(uri):
        return uri
    scheme, rest = split(uri)
    return f"{scheme}://{bucket}/{rest.partition('/')[2]}"
