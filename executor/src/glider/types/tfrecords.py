"""TensorFlow's records: a tf.train.Example, or a list of them, on its way out; a tf.data.TFRecordDataset on its way in. Names and files
are flytekit's (extras/tensorflow/record.py): one Example a file, `0000.tfrecord` or `part_0.tfrecord` and so on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.storage.folders import download_folder, upload_folder
from glider.storage.uris import is_local, local_path
from glider.types.blobs import blob_literal, blob_uri, download_blob, new_scratch_file, upload_blob
from glider.types.errors import ConversionError, describe, describe_literal
from glider.types.hints import annotation_of
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

FORMAT = "TensorFlowRecord"


@dataclass(frozen=True)
class TFRecordDatasetConfig:
    """How a dataset is read, as Annotated[TFRecordFile, TFRecordDatasetConfig(…)]; the names are tf.data.TFRecordDataset's."""

    compression_type: str | None = None
    buffer_size: int | None = None
    num_parallel_reads: int | None = None
    name: str | None = None


class TFRecordFile:
    """The hint of one record: return a tf.train.Example, take a tf.data.TFRecordDataset."""


class TFRecordsDirectory:
    """The hint of several records: return a list of tf.train.Example, take a tf.data.TFRecordDataset."""


class RecordFiles:
    """TFRecordFile."""

    tag = "TensorFlow Record File"

    def literal_type(self, hint: Any) -> LiteralType:
        """A blob of TensorFlow's records."""
        return LiteralType(blob=types_pb2.BlobType(format=FORMAT))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Writes the file and uploads it."""
        path = new_scratch_file("0000.tfrecord")
        _write(value, path, variable)
        return blob_literal(upload_blob(path, variable), format=FORMAT)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """A dataset of the downloaded file."""
        uri = blob_uri(literal, expected="the blob of a TFRecordFile", variable=variable)
        return _dataset([download_blob(uri, current_access())], hint)


class RecordFolders:
    """TFRecordsDirectory."""

    tag = "TensorFlow Record Directory"

    def literal_type(self, hint: Any) -> LiteralType:
        """A multipart blob of TensorFlow's records."""
        return LiteralType(blob=_MULTIPART)

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Writes a file for each record and uploads the folder."""
        if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
            raise ConversionError(variable, expected="a list of tf.train.Example", found=describe(value))
        folder = os.path.dirname(new_scratch_file("records"))  # noqa: PTH120
        for number, record in enumerate(value):
            _write(record, os.path.join(folder, f"part_{number}.tfrecord"), f"{variable}[{number}]")  # noqa: PTH118
        access = current_access()
        uri = access.new_uri(what=f'The output "{variable}", a directory,')
        upload_folder(access.storage, folder, uri)
        return Literal(scalar={"blob": {"uri": uri, "metadata": {"type": _MULTIPART}}})

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """A dataset of the downloaded files."""
        blob = literal.scalar.blob
        if not literal.scalar.HasField("blob") or blob.metadata.type.dimensionality != types_pb2.BlobType.MULTIPART:
            raise ConversionError(variable, expected="the blob of a TFRecordsDirectory", found=describe_literal(literal))
        folder = local_path(blob.uri) if is_local(blob.uri) else os.path.dirname(new_scratch_file("records"))  # noqa: PTH120
        if not is_local(blob.uri):
            download_folder(current_access().storage, blob.uri, folder)
        return _dataset(sorted(entry.path for entry in os.scandir(folder)), hint)


_MULTIPART = types_pb2.BlobType(format=FORMAT, dimensionality=types_pb2.BlobType.MULTIPART)


def _write(record: Any, path: str, variable: str) -> None:
    if not hasattr(record, "SerializeToString"):
        raise ConversionError(variable, expected="a tf.train.Example", found=describe(record))
    with import_module("tensorflow").io.TFRecordWriter(path) as writer:
        writer.write(record.SerializeToString())


def _dataset(files: list[str], hint: Any) -> Any:
    config = annotation_of(hint, TFRecordDatasetConfig) or TFRecordDatasetConfig()
    return import_module("tensorflow").data.TFRecordDataset(filenames=files, **asdict(config))
