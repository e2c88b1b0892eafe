"""Which transformer a type hint gets, in flytekit's order: the type itself, its origin, what it derives from, a pickle.

Only int, str, list and their like are imported with this module. Every other family, and the package that it is for, is
imported when a hint asks for it: a class is recognised by its name and never by importing its package.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import os
import typing
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any

from glider.types.annotating import FlyteAnnotation, HashMethod
from glider.types.containers import Lists, Maps, Unions
from glider.types.errors import ConversionError, InterfaceError, describe, type_name
from glider.types.hints import annotation_of, annotations_of, bare, is_union
from glider.types.native import native_transformer
from glider.types.simple import Nothing
from glider.types.transformer import Transformer
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal

__all__ = ["TYPES", "bare", "check", "transformer_of"]

#: Classes by qualified name -> the module of ours and the class in it that serves them and what derives from them.
_FAMILIES: dict[str, tuple[str, str]] = {
    "glider.types.flytefile.FlyteFile": ("flytefile", "Files"),
    "glider.types.flytedirectory.FlyteDirectory": ("flytedirectory", "Directories"),
    "glider.types.structureddataset.StructuredDataset": ("structureddataset", "Datasets"),
    "glider.types.flyteschema.FlyteSchema": ("flyteschema", "Schemas"),
    "typing.TextIO": ("blobs", "TextStreams"),
    "typing.BinaryIO": ("blobs", "BinaryStreams"),
    "glider.types.flyteerror.FlyteError": ("flyteerror", "Failures"),
    "pydantic.main.BaseModel": ("models", "Models"),
    "google.protobuf.message.Message": ("messages", "Messages"),
    **dict.fromkeys(
        (
            "pandas.DataFrame",
            "pandas.core.frame.DataFrame",
            "pyarrow.lib.Table",
            "polars.DataFrame",
            "polars.LazyFrame",
            "polars.dataframe.frame.DataFrame",
            "polars.lazyframe.frame.LazyFrame",
        ),
        ("structureddataset", "Datasets"),
    ),
    "numpy.ndarray": ("saved", "Arrays"),
    "torch.Tensor": ("saved", "Tensors"),
    "torch.nn.modules.module.Module": ("saved", "Modules"),
    "glider.types.torchcheckpoint.PyTorchCheckpoint": ("torchcheckpoint", "Checkpoints"),
    "glider.types.tfrecords.TFRecordFile": ("tfrecords", "RecordFiles"),
    "glider.types.tfrecords.TFRecordsDirectory": ("tfrecords", "RecordFolders"),
    "sklearn.base.BaseEstimator": ("saved", "Estimators"),
    "PIL.Image.Image": ("saved", "Images"),
    "keras.src.models.model.Model": ("saved", "KerasModels"),
    "keras.engine.training.Model": ("saved", "KerasModels"),
    "keras.src.engine.training.Model": ("saved", "KerasModels"),
}


class _Types:
    """All types at once; what concerns every type is here: hashes, annotations of the interface, offloaded literals."""

    def transformer_of(self, hint: Any) -> Transformer:
        """The transformer of `hint`.

        Raises:
            InterfaceError: the type can't be an input or output.
        """
        return transformer_of(hint)

    def literal_type(self, hint: Any) -> LiteralType:
        """Flyte's type of `hint`; raises InterfaceError."""
        try:
            literal_type = transformer_of(hint).literal_type(hint)
        except InterfaceError:
            raise
        except Exception as error:  # what pydantic raises for a model, and what unforeseen hints raise
            raise InterfaceError(f"{type_name(hint)} can't be an input or output: {type(error).__name__}: {error}") from error
        data = [found.data for found in annotations_of(hint) if isinstance(found, FlyteAnnotation)]
        if len(data) > 1:
            raise InterfaceError(f"expected one FlyteAnnotation, found {len(data)} in {type_name(hint)}")
        if data:
            literal_type.annotation.annotations.update(data[0])
        return literal_type

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """`value` for the wire, with its hash where a HashMethod gives one; raises ConversionError."""
        literal = transformer_of(hint).to_literal(value, hint, variable)
        if (method := annotation_of(hint, HashMethod)) is not None:
            literal.hash = _hash(method, value, variable)
        return literal

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """The value of `literal`, which may lie in the store; raises ConversionError."""
        if literal.HasField("offloaded_metadata"):
            literal = _fetched(literal.offloaded_metadata.uri, variable)
        return transformer_of(hint).to_python(literal, hint, variable)


TYPES = _Types()


def transformer_of(hint: Any) -> Transformer:
    """The transformer of `hint`.

    Raises:
        InterfaceError: the type can't be an input or output.
    """
    hint = bare(hint)
    if isinstance(hint, type) and not typing.get_args(hint):
        return _of_class(hint)
    if hint is None:
        return _NONE
    if is_union(hint):
        return _UNIONS
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and len(arguments) == 1:
        return _LISTS
    if origin is dict or hint is typing.Dict:  # noqa: UP006 - people still write it
        return _MAPS if arguments and arguments[0] is str else _family("structs", "Structs")
    if origin is typing.Literal:
        return _family("enums", "Choices")
    if origin is collections.abc.Iterator:
        return _iterator(arguments)
    if origin in (tuple, list) or hint in (typing.Tuple, typing.List):  # noqa: UP006
        raise InterfaceError(_refused(hint))
    return _of_generic(origin)


def check(hint: Any) -> None:
    """Goes through `hint` and everything in it; raises InterfaceError at the first type that can't be used."""
    TYPES.literal_type(hint)


def _iterator(arguments: tuple[Any, ...]) -> Transformer:
    if len(arguments) != 1:
        raise InterfaceError("expected Iterator[T], found Iterator")
    from glider.types.iterators import JSON

    return _family("iterators", "JsonLines" if arguments[0] == JSON else "Iterators")


def _of_class(hint: type) -> Transformer:
    if issubclass(hint, Enum):
        return _family("enums", "Enums")
    for base in hint.__mro__:
        if (found := native_transformer(base)) is not None:
            return found
        if (family := _FAMILIES.get(f"{base.__module__}.{base.__qualname__}")) is not None:
            return _family(*family)
        if base is dict:
            return _family("structs", "Structs")
        if base in (list, tuple):
            raise InterfaceError(_refused(hint))
        if base is os.PathLike:
            return _family("flytefile", "Files")
    return _family("records", "Records") if dataclasses.is_dataclass(hint) else _family("pickles", "Pickles")


def _of_generic(origin: Any) -> Transformer:
    """numpy.ndarray[…] is an array, os.PathLike[str] a file; a generic class of the user's is a pickle, as in flytekit."""
    if origin is os.PathLike:
        return _family("flytefile", "Files")
    for base in origin.__mro__ if isinstance(origin, type) else ():
        if (family := _FAMILIES.get(f"{base.__module__}.{base.__qualname__}")) is not None:
            return _family(*family)
    return _family("pickles", "Pickles")


@cache
def _family(module: str, name: str) -> Transformer:
    """The one transformer of a family. Those that hold other types take all types as an argument."""
    cls = getattr(import_module(f"glider.types.{module}"), name)
    transformer: Transformer = cls(TYPES) if "__init__" in vars(cls) else cls()
    return transformer


def _refused(hint: Any) -> str:
    return f"{type_name(hint)} can't be an input or output; expected list[T] with one T, or a dataclass or NamedTuple of outputs"


def _hash(method: HashMethod[Any], value: Any, variable: str) -> str:
    try:
        found = method.calculate(value)
    except Exception as error:  # a function of the user's
        raise ConversionError(variable, expected="a value that its HashMethod takes", found=f"{describe(value)} ({error})") from error
    if not isinstance(found, str):
        raise ConversionError(variable, expected="a str from its HashMethod", found=describe(found))
    return found


def _fetched(uri: str, variable: str) -> Literal:
    from glider.storage.access import current_access

    data = current_access().storage.read(uri)
    try:
        return Literal.FromString(data)
    except Exception as error:  # protobuf's DecodeError has moved between modules from 4 to 7
        raise ConversionError(variable, expected="an offloaded literal", found=f"{len(data)} other bytes at {uri}") from error


_LISTS, _MAPS, _UNIONS, _NONE = Lists(TYPES), Maps(TYPES), Unions(TYPES), Nothing()
