"""URIs, taken literally: nothing is percent-decoded, since flytekit doesn't either."""

from __future__ import annotations

LOCAL_SCHEMES = ("", "file")
WEB_SCHEMES = frozenset({"http", "https"})


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
