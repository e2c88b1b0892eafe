"""Fast registration: the task's code comes from the object store and not with the image.

flytekit puts it into place and starts a second Python with a longer PYTHONPATH. Here one process does both, so that what the
second would have found, in which order, has to be made true in this one: the folder stands in `sys.path` where PYTHONPATH's
entries stand, and in PYTHONPATH for the processes that a task starts.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable

from glider.loading.archives import ArchiveError, unpack
from glider.loading.errors import DistributionError, DistributionNotFoundError, SetupError
from glider.loading.searching import append_to_pythonpath
from glider.loading.target import Distribution, is_unrendered
from glider.storage.errors import ObjectNotFoundError
from glider.storage.store import Storage
from glider.storage.uris import basename

#: The name, fixed by flytekit, of the pickled tasks of a notebook. Their resolver reads it, in the current folder.
PICKLED = "pkl.gz"
_ARCHIVE_ENDING = ".tar.gz"
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def fetch(distribution: Distribution, storage: Storage, *, scratch: Callable[[], str]) -> None:
    """Puts the code into place, whole or not at all, and where modules are looked for. `scratch` is a folder that can be written.

    Raises:
        DistributionNotFoundError: there is no such object.
        DistributionError: it isn't what flytekit makes, or holds what must not be unpacked.
        StorageError: the store can't be read.
        SetupError: the destination can't be written.
    """
    folder = os.path.realpath(os.path.expanduser(distribution.destination))  # noqa: PTH111
    if distribution.uri:
        folder = _writable(folder, scratch=scratch)
        _place(distribution.uri, folder, storage)
    append_to_pythonpath(folder)


def _writable(folder: str, *, scratch: Callable[[], str]) -> str:
    """`folder`, or another one where the image gives the task's user no right to write there: flytekit registers with /root or the
    current folder. In place of the current one it becomes that, so that the task finds files beside its code.
    """
    try:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        os.rmdir(tempfile.mkdtemp(prefix=".glider-", dir=folder))  # noqa: PTH106
    except OSError as error:
        is_current = folder == os.path.realpath(os.getcwd())  # noqa: PTH109
        if not is_current and error.errno not in _DENIED:
            return folder  # placing the code there names what is wrong with it
        folder = os.path.join(os.path.realpath(scratch()), "distribution")  # noqa: PTH118
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        if is_current:
            os.chdir(folder)
    return folder


def _place(uri: str, folder: str, storage: Storage) -> None:
    name = basename(uri)
    if is_unrendered(uri, variable="remote_package_path"):
        raise DistributionError(
            f"{uri}: the variable was never replaced: the task was serialized for fast registration, but not registered so"
        )
    if name != PICKLED and not name.endswith(_ARCHIVE_ENDING):
        raise DistributionError(f'{uri}: expected code in a {_ARCHIVE_ENDING} or as {PICKLED}, found "{name}"')
    staging = ""
    try:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        staging = tempfile.mkdtemp(prefix=".glider-", dir=folder)  # beside its place, so that a rename moves it
        _download(uri, os.path.join(staging, name), storage)  # noqa: PTH118
        if name == PICKLED:
            os.replace(os.path.join(staging, name), os.path.join(folder, name))  # noqa: PTH105, PTH118
        else:
            unpack(os.path.join(staging, name), folder, staging=os.path.join(staging, "unpacked"))  # noqa: PTH118
    except ArchiveError as error:
        raise DistributionError(f"{uri}: {error}") from error
    except OSError as error:
        raise SetupError(f"the code of {uri} can't be put into {folder}: {type(error).__name__}: {error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _download(uri: str, path: str, storage: Storage) -> None:
    try:
        storage.download(uri, path)
    except ObjectNotFoundError as error:
        raise DistributionNotFoundError(f"the task's code is missing: {error}") from error
