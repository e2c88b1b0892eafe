"""Any other type: a pickle. It can be read only where the same classes, and about the same Python, are at hand."""

from __future__ import annotations

import hashlib
import importlib
from typing import Any

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.types.blobs import blob_literal, blob_uri
from glider.types.errors import ConversionError, describe
from glider.types.hints import aliased, bare
from glider.types.packed import is_packed, unpacked
from glider.types.transformer import Types
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

FORMAT = "PythonPickle"


class Pickles:
    """The fallback for every type that has no transformer of its own."""

    tag = "FlytePickle"

    def __init__(self, types: Types) -> None:
        self._types = types

    def literal_type(self, hint: Any) -> LiteralType:
        """A pickle's blob that names the class."""
        literal_type = LiteralType(blob=types_pb2.BlobType(format=FORMAT))
        literal_type.metadata.update({"python_class_name": str(hint)})
        return literal_type

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Stores a pickle, of whatever class the value is."""
        if value is None:
            raise ConversionError(variable, expected="a value", found="None")
        return blob_literal(store_pickle(value, variable), format=FORMAT)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """Loads the pickle. What a NewType or a `type` alias stands for may come as itself, and a struct's member as plain data."""
        if literal.scalar.WhichOneof("value") != "blob":
            if (alias := aliased(bare(hint))) is not None:
                return self._types.to_python(literal, alias, variable)
            if is_packed(literal):
                from glider.types.plain import decode

                return decode(unpacked(literal, hint, variable), hint, variable)
        return load_pickle(blob_uri(literal, expected="a pickle", variable=variable), variable)


def store_pickle(value: Any, variable: str) -> str:
    """The URI, `{raw}/{32 hex}/{md5}`, of a pickle of `value`."""
    pickle = _pickle_module()
    try:
        data = pickle.dumps(value)
    except Exception as error:  # whatever a class' __reduce__ raises
        raise ConversionError(variable, expected="a value that pickle takes", found=f"{describe(value)} ({error})") from error
    access = current_access()
    name = hashlib.md5(data, usedforsecurity=False).hexdigest()
    uri = access.new_uri(name, what=f'The output "{variable}", a pickle,')
    access.storage.write(uri, data)
    return uri


def load_pickle(uri: str, variable: str) -> Any:
    """What the pickle at `uri` holds."""
    data = current_access().storage.read(uri)
    try:
        return _pickle_module().loads(data)
    except Exception as error:  # whatever a class' __setstate__ raises, and pickle where the class is missing
        raise ConversionError(variable, expected="a pickle that can be read here", found=f"{uri} ({error})") from error


def _pickle_module() -> Any:
    """The package cloudpickle takes what is defined in a script, too. It isn't in every image; pickle itself is."""
    try:
        return importlib.import_module("cloudpickle")
    except ImportError:
        return importlib.import_module("pickle")
