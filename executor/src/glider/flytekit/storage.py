"""Moves what flytekit moves through our storage layer. Imported only once flytekit is.

flytekit asks its FileAccessProvider for a filesystem, and that is where ours goes in. Its pandas handlers don't: they give
pandas a URI and storage options, from which pandas makes a filesystem by fsspec's registry. So the protocols are registered
too; a call with exactly flytekit's options means the same store with the same credentials, and gets ours. Any other call is
the user's own, and gets s3fs, gcsfs or adlfs as ever.
"""

from __future__ import annotations

import importlib
import os
from typing import Any

from flytekit.core.data_persistence import FileAccessProvider, get_fsspec_storage_options
from flytekit.exceptions.user import FlyteDataNotFoundException
from fsspec.utils import get_protocol

from glider.storage.store import Storage
from glider.storage.traffic import Direction
from glider.storage.uris import OBJECT_SCHEMES

#: What flytekit itself asks for; with any other option the caller wants a filesystem of their own.
_FSSPECS_OWN = frozenset({"asynchronous", "loop", "batch_size"})


class StorageAccess(FileAccessProvider):  # type: ignore[misc]  # flytekit has no types here
    """flytekit's access to files, with our filesystem for object stores."""

    def __init__(self, *, storage: Storage, **options: Any) -> None:
        self._storage = storage
        super().__init__(**options)

    def get_filesystem(self, protocol: str | None = None, anonymous: bool = False, path: str | None = None, **options: Any) -> Any:
        """Ours where it can be, else flytekit's."""
        storage = self._storage.anonymous if anonymous else self._storage
        if protocol in OBJECT_SCHEMES and options.keys() <= _FSSPECS_OWN and storage.objects is not None:
            from glider.storage.objectfiles import CLASSES

            return CLASSES[protocol](storage=storage, objects=storage.objects, **options)
        return super().get_filesystem(protocol, anonymous=anonymous, path=path, **options)

    async def get(self, from_path: str, to_path: str, recursive: bool = False, **options: Any) -> Any:
        """As flytekit's, but only a refusal makes it try again without credentials: an outage fails at once."""
        if get_protocol(from_path) not in OBJECT_SCHEMES or self._storage.objects is None:
            with self._storage.traffic.moving(Direction.IN, from_path) as transfer:
                taken = await super().get(from_path, to_path, recursive=recursive, **options)
                transfer.advance(_size(to_path))
            return taken
        source, target = self.recursive_paths(from_path, to_path) if recursive else (from_path, to_path)
        try:
            files = await self.get_async_filesystem_for_path(from_path)
            try:
                await files._get(source, target, recursive=recursive)
            except PermissionError:
                public = await self.get_async_filesystem_for_path(from_path, anonymous=True)
                await public._get(source, target, recursive=recursive)
        except FileNotFoundError as error:
            raise FlyteDataNotFoundException(from_path) from error
        return to_path

    async def _put(self, from_path: str, to_path: str, recursive: bool = False, **options: Any) -> Any:
        """As flytekit's; what our filesystem moves is counted there, the rest here."""
        if get_protocol(to_path) in OBJECT_SCHEMES and self._storage.objects is not None:
            return await super()._put(from_path, to_path, recursive=recursive, **options)
        with self._storage.traffic.moving(Direction.OUT, to_path) as transfer:
            put = await super()._put(from_path, to_path, recursive=recursive, **options)
            transfer.advance(_size(self.strip_file_header(from_path)))
        return put

    def is_flytekits(self, protocol: str, options: dict[str, Any]) -> bool:
        """Whether these are the options that flytekit gives to pandas."""
        return bool(options == get_fsspec_storage_options(protocol, self.data_config))


def _size(path: str) -> int:
    """Of a file, or of all files in a folder."""
    if not os.path.isdir(path):  # noqa: PTH112 - pathlib is 5 ms of start-up
        return os.path.getsize(path) if os.path.exists(path) else 0  # noqa: PTH110, PTH202
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)  # noqa: PTH118, PTH202


def mend_arrow_tables() -> None:
    """Lets a pyarrow.Table come in from a store: flytekit's decoder drops the scheme and reads a local path (1.16.31)."""
    from flytekit.types.structured.basic_dfs import ParquetToArrowDecodingHandler

    local = ParquetToArrowDecodingHandler.decode

    def decode(self: Any, ctx: Any, flyte_value: Any, current_task_metadata: Any) -> Any:
        if not ctx.file_access.is_remote(flyte_value.uri):
            return local(self, ctx, flyte_value, current_task_metadata)
        import pyarrow.parquet

        kind = current_task_metadata.structured_dataset_type
        columns = [column.name for column in kind.columns] if kind and kind.columns else None
        files = ctx.file_access.get_filesystem_for_path(flyte_value.uri)
        return pyarrow.parquet.read_table(files._strip_protocol(flyte_value.uri), filesystem=files, columns=columns)

    ParquetToArrowDecodingHandler.decode = decode


def register_for_pandas(access: StorageAccess) -> None:
    """Lets fsspec's registry make our filesystem where flytekit's options are given."""
    if access._storage.objects is None:
        return
    from glider.storage.objectfiles import CLASSES

    for protocol, ours in CLASSES.items():
        _register(access, protocol, ours)


def _register(access: StorageAccess, protocol: str, ours: Any) -> None:
    import fsspec
    from fsspec.registry import registry

    theirs = registry.get(protocol)

    class Chooser(type(ours)):  # type: ignore[misc]  # fsspec's metaclass
        def __call__(cls, *arguments: Any, **options: Any) -> Any:
            if not arguments and access.is_flytekits(protocol, options):
                return access.get_filesystem(protocol)
            return (theirs or _fsspecs_own(protocol))(*arguments, **options)

    fsspec.register_implementation(protocol, Chooser(f"{protocol.title()}Files", (ours,), {}), clobber=True)


def _fsspecs_own(protocol: str) -> Any:
    """The class that fsspec would take: s3fs', gcsfs' or adlfs'."""
    from fsspec.registry import known_implementations

    known = known_implementations[protocol]
    module, _, name = known["class"].rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        raise ImportError(known["err"]) from error
