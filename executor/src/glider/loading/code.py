"""The task's code, where it travels apart from the image (`code` of a TaskTemplate): a .tar.gz, known by its SHA-256.

It is unpacked into a folder of its own, and the task starts there as `python file.py` would: the folder is the current one, and comes
first where modules are looked for, here and in processes that the task starts.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, MutableMapping
from shutil import rmtree
from typing import BinaryIO

from glider.loading.archives import ArchiveError, unpack
from glider.loading.errors import CodeMismatchError, DistributionError, DistributionNotFoundError, SetupError
from glider.loading.searching import prepend
from glider.settings.model import Code
from glider.storage.errors import ObjectNotFoundError
from glider.storage.store import Storage
from glider.wire.contract import ENV_CODE_PARTS, ENV_CODE_SHA256, ENV_CODE_URI

_CHUNK = 1 << 20


def place_code(code: Code, *, scratch: str, storage: Callable[[], Storage], environment: MutableMapping[str, str]) -> None:
    """Puts the code into a folder below `scratch`, whole or not at all. `environment` doesn't ask for it any more afterwards: no process
    that the task starts does it again.

    Raises:
        CodeMismatchError: the archive has another SHA-256.
        DistributionNotFoundError: there is no such object.
        DistributionError: it is no archive, or holds what must not be unpacked.
        StorageError: the store can't be read.
        SetupError: a part can't be read, or the folder can't be written.
    """
    folder, staging = os.path.join(scratch, "code"), os.path.join(scratch, f".code-{os.getpid()}")  # noqa: PTH118
    archive = os.path.join(staging, "code.tar.gz")  # noqa: PTH118
    where = code.uri or code.parts
    try:
        for path in (folder, staging):
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
        if code.uri:
            _download(code.uri, archive, storage())
        else:
            _join(code.parts, archive)
        _check(archive, expected=code.sha256, where=where)
        unpack(archive, folder, staging=os.path.join(staging, "unpacked"))  # noqa: PTH118
        os.chdir(folder)
    except ArchiveError as error:
        raise DistributionError(f"the task's code in {where}: {error}") from error
    except OSError as error:
        raise SetupError(f"the task's code in {where} can't be put into {folder}: {type(error).__name__}: {error}") from error
    finally:
        rmtree(staging, ignore_errors=True)
    prepend(folder)
    for name in (ENV_CODE_SHA256, ENV_CODE_URI, ENV_CODE_PARTS):
        environment.pop(name, None)


def _download(uri: str, path: str, storage: Storage) -> None:
    try:
        storage.download(uri, path)
    except ObjectNotFoundError as error:
        raise DistributionNotFoundError(f"the task's code is missing: {error}") from error


def _join(folder: str, path: str) -> None:
    """The slices in `folder`, which are called 0, 1 and so on, as one file. Whether the last is there, the SHA-256 shows."""
    with open(path, "wb") as whole:  # noqa: PTH123
        for part in _parts(folder):
            with open(part, "rb") as file:  # noqa: PTH123
                while data := file.read(_CHUNK):
                    whole.write(data)


def _parts(folder: str) -> Iterator[str]:
    count = 0
    while os.path.exists(part := os.path.join(folder, str(count))):  # noqa: PTH110, PTH118
        yield part
        count += 1
    if not count:
        raise FileNotFoundError(f"expected the first part at {part}, found nothing")


def _check(path: str, *, expected: str, where: str) -> None:
    with open(path, "rb") as file:  # noqa: PTH123
        found = _sha256(file)
    if found != expected:
        raise CodeMismatchError(f"the task's code in {where}: expected an archive with the SHA-256 {expected}, found {found}")


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := file.read(_CHUNK):
        digest.update(data)
    return digest.hexdigest()
