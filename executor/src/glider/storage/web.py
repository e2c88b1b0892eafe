"""`http://` and `https://` sources by the standard library, for reading only. fsspec needs aiohttp for them, which no lean image has.

A download that is cut off goes on where it was, if the server has ranges and the content is still the same.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TypeVar

from glider.settings.model import StorageSettings
from glider.storage.clients import ca_files
from glider.storage.errors import AccessDeniedError, ChangedError, ObjectNotFoundError, StorageError, check_size
from glider.storage.local import check_space, local_error, written_whole
from glider.storage.retrying import retrying_of, seconds_to_wait
from glider.storage.traffic import Transfer

T = TypeVar("T")
_PIECE_BYTES = 1 << 18
#: What may stand in a URL as it is; a `%` too, since whoever gives a URL has encoded it.
_SAFE = "%/:?#[]@!$&'()*+,;=~"


class Web:
    """Web servers.

    Args:
        settings: how often to try again.
        patience: how long a failing request is tried again, and how long a server may be silent, in seconds.
    """

    def __init__(self, settings: StorageSettings, *, patience: float) -> None:
        self._retrying = retrying_of(settings, patience=patience)

    def read(self, uri: str, *, most: int | None = None) -> bytes:
        """The whole content. A server needn't send a size, so never more is read than `most` and one byte."""

        def fetch() -> bytes:
            with self._answer(uri) as answer:
                check_size(uri, _length(answer) or 0, most=most)
                data: bytes = answer.read() if most is None else answer.read(most + 1)
                check_size(uri, len(data), most=most)
                self._check(uri, len(data), expected=_length(answer))
                return data

        return self._repeated(uri, fetch)

    def read_range(self, uri: str, start: int, end: int, *, etag: str | None = None) -> bytes:
        """The bytes from `start` to before `end`; with an ETag, of that version only."""

        def fetch() -> bytes:
            condition = {"If-Match": etag} if etag else {}
            with self._answer(uri, {"Range": f"bytes={start}-{end - 1}", **condition}) as answer:
                if answer.status != http.client.PARTIAL_CONTENT:
                    raise StorageError(uri, f"expected a part of it (206), found status {answer.status}")
                data: bytes = answer.read()
                self._check(uri, len(data), expected=end - start)
                return data

        return self._repeated(uri, fetch)

    def download(self, uri: str, path: str, *, transfer: Transfer) -> None:
        """The content as the file `path`."""
        with written_whole(path) as file:
            version: list[str | None] = [None]
            self._repeated(uri, lambda: self._go_on(uri, path, file, version, transfer))

    def exists(self, uri: str) -> bool:
        """Whether there is something."""
        try:
            self._repeated(uri, lambda: self._answer(uri).close())
        except ObjectNotFoundError:
            return False
        return True

    def first_block(self, uri: str, count: int) -> tuple[bytes, int, str | None] | None:
        """The first `count` bytes, the size and the ETag; None where the rest can't be had in parts."""

        def fetch() -> tuple[bytes, int, str | None] | None:
            with self._answer(uri) as answer:
                size = _length(answer)
                if size is None or (size > count and answer.headers.get("Accept-Ranges") != "bytes"):
                    return None
                data = answer.read(count)
                self._check(uri, len(data), expected=min(size, count))
                return data, size, _strong(answer.headers.get("ETag"))

        return self._repeated(uri, fetch)

    def write(self, uri: str, data: bytes, *, attributes: Mapping[str, str] | None = None) -> None:
        """Can't be done."""
        raise _read_only(uri)

    def upload(self, path: str, uri: str, *, transfer: Transfer, attributes: Mapping[str, str] | None = None) -> None:
        """Can't be done."""
        raise _read_only(uri)

    def delete(self, uri: str) -> None:
        """Can't be done."""
        raise _read_only(uri)

    def folders(self, uri: str) -> list[str]:
        """Not for web servers."""
        raise StorageError(uri, "expected a file: a folder of a web server can't be listed")

    def sizes(self, uri: str, *, most: int | None = None) -> dict[str, int]:
        """Not for web servers."""
        raise StorageError(uri, "expected a file: a folder of a web server can't be listed")

    def _go_on(self, uri: str, path: str, file: IO[bytes], version: list[str | None], transfer: Transfer) -> None:
        """Writes what is still missing, or all of it where the server doesn't go on in the middle."""
        done = file.tell()
        wanted = {"Range": f"bytes={done}-", "If-Range": version[0]} if done and version[0] else {}
        with self._answer(uri, wanted) as answer:
            if answer.status != http.client.PARTIAL_CONTENT:
                done = 0
                file.seek(0)
                file.truncate()
                transfer.restart()
            left = _length(answer)
            version[0] = _strong(answer.headers.get("ETag"))
            transfer.total = None if left is None else done + left
            check_space(path, left or 0, uri)
            while piece := answer.read(_PIECE_BYTES):
                file.write(piece)
                transfer.advance(len(piece))
            self._check(uri, file.tell() - done, expected=left)

    def _check(self, uri: str, found: int, *, expected: int | None) -> None:
        if expected is not None and found != expected:
            raise StorageError(uri, f"expected {expected} bytes, found {found}", transient=True)

    def _answer(self, uri: str, headers: Mapping[str, str] | None = None) -> Any:
        url = urllib.parse.quote(uri.partition("#")[0], safe=_SAFE)
        context = _trust() if url.lower().startswith("https:") else None
        request = urllib.request.Request(url, headers={"User-Agent": "glider", **(headers or {})})
        return urllib.request.urlopen(request, timeout=max(2.0, self._retrying.patience), context=context)

    def _repeated(self, uri: str, action: Callable[[], T]) -> T:
        def once() -> T:
            with _explained(uri):
                return action()

        return self._retrying.run(once)


def _trust() -> ssl.SSLContext:
    """The system's authorities, and those that the environment names."""
    context = ssl.create_default_context()
    for path in ca_files():
        if os.path.isfile(path):  # noqa: PTH113
            context.load_verify_locations(cafile=path)
    return context


@contextlib.contextmanager
def _explained(uri: str) -> Iterator[None]:
    try:
        yield
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error, uri) from error
    except urllib.error.URLError as error:
        raise _unreachable(error.reason, uri) from error
    except (http.client.InvalidURL, ValueError) as error:
        raise StorageError(uri, f"expected a URL: {error}", lasting=True) from error
    except (TimeoutError, http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        raise StorageError(uri, f"{type(error).__name__}: {error}", transient=True) from error
    except OSError as error:  # of the disk, that is
        raise local_error(error, uri) from error


def _refused(error: urllib.error.HTTPError, uri: str) -> StorageError:
    words = f"the server answers {error.code} {error.reason}"
    if error.code in (404, 410):
        return ObjectNotFoundError(uri, f"there is no such file ({words})")
    if error.code in (401, 403):
        return AccessDeniedError(uri, words, lasting=True)
    if error.code == http.client.PRECONDITION_FAILED:
        return ChangedError(uri, "the file was replaced while it was being read")
    may_pass = error.code in (408, 425, 429) or (error.code >= 500 and error.code not in (501, 505))
    return StorageError(uri, words, transient=may_pass, retry_after=seconds_to_wait(error.headers.get("Retry-After")), lasting=not may_pass)


def _unreachable(reason: object, uri: str) -> StorageError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        problem = "the server's certificate isn't trusted; AWS_CA_BUNDLE or SSL_CERT_FILE names a file of authorities that are"
        return StorageError(uri, f"{problem} ({reason.verify_message})")
    no_host = isinstance(reason, socket.gaierror) and reason.errno == socket.EAI_NONAME
    return StorageError(uri, f"the server can't be reached: {reason}", transient=isinstance(reason, OSError), lasting=no_host)


def _read_only(uri: str) -> StorageError:
    return StorageError(uri, "expected an object store or a path to write to, found a web server, which is only read from", lasting=True)


def _length(answer: Any) -> int | None:
    found = answer.headers.get("Content-Length", "")
    return int(found) if found.isdigit() else None


def _strong(etag: str | None) -> str | None:
    """A weak one doesn't identify the bytes."""
    return etag if etag and not etag.startswith("W/") else None
