"""typing.TextIO and typing.BinaryIO: an input file, opened. Flyte has them as inputs only."""

from __future__ import annotations

from typing import IO, Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.types.blobs import blob_uri, download_blob
from glider.types.errors import ConversionError
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class TextStreams:
    """typing.TextIO."""

    tag = "TextIO"
    _format = "text/plain"
    _mode = "r"

    def literal_type(self, hint: Any) -> LiteralType:
        """A blob of the MIME type."""
        return LiteralType(blob=types_pb2.BlobType(format=self._format))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """There is no way out for these."""
        raise ConversionError(variable, expected="a FlyteFile", found=f"{self.tag}, which can only be an input")

    def to_python(self, literal: Literal, hint: Any, variable: str) -> IO[Any]:
        """Downloads the file and opens it; the task closes it."""
        uri = blob_uri(literal, expected="a file", variable=variable)
        return open(download_blob(uri, current_access()), self._mode)  # noqa: PTH123


class BinaryStreams(TextStreams):
    """typing.BinaryIO."""

    tag = "BinaryIO"
    _format = "application/octet-stream"
    _mode = "rb"
