"""Glider, inside the pod: runs one Flyte task, and is the library that task authors import.

The names are flytekit's, so that moving a task is a change of import. Everything here loads when it is first used, so that
`import glider` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glider.exceptions import FlyteRecoverableException
    from glider.runtime.context import Deck, DeckField, current_context
    from glider.tasks import task
    from glider.types.annotating import BatchSize, FlyteAnnotation, HashMethod, kwtypes
    from glider.types.flytedirectory import FlyteDirectory
    from glider.types.flyteerror import FlyteError
    from glider.types.flytefile import FlyteFile
    from glider.types.flyteschema import FlyteSchema, SchemaOpenMode
    from glider.types.iterators import JSON
    from glider.types.offloaded import FileExt
    from glider.types.structureddataset import StructuredDataset
    from glider.types.tfrecords import TFRecordDatasetConfig, TFRecordFile, TFRecordsDirectory
    from glider.types.torchcheckpoint import PyTorchCheckpoint
    from glider.version import __version__

__all__ = [
    "JSON",
    "BatchSize",
    "Deck",
    "DeckField",
    "FileExt",
    "FlyteAnnotation",
    "FlyteDirectory",
    "FlyteError",
    "FlyteFile",
    "FlyteRecoverableException",
    "FlyteSchema",
    "HashMethod",
    "PyTorchCheckpoint",
    "SchemaOpenMode",
    "StructuredDataset",
    "TFRecordDatasetConfig",
    "TFRecordFile",
    "TFRecordsDirectory",
    "__version__",
    "current_context",
    "kwtypes",
    "task",
]

_HOMES = {
    "BatchSize": "glider.types.annotating",
    "Deck": "glider.runtime.context",
    "DeckField": "glider.runtime.context",
    "FileExt": "glider.types.offloaded",
    "FlyteAnnotation": "glider.types.annotating",
    "FlyteDirectory": "glider.types.flytedirectory",
    "FlyteError": "glider.types.flyteerror",
    "FlyteFile": "glider.types.flytefile",
    "FlyteRecoverableException": "glider.exceptions",
    "FlyteSchema": "glider.types.flyteschema",
    "HashMethod": "glider.types.annotating",
    "JSON": "glider.types.iterators",
    "PyTorchCheckpoint": "glider.types.torchcheckpoint",
    "SchemaOpenMode": "glider.types.flyteschema",
    "StructuredDataset": "glider.types.structureddataset",
    "TFRecordDatasetConfig": "glider.types.tfrecords",
    "TFRecordFile": "glider.types.tfrecords",
    "TFRecordsDirectory": "glider.types.tfrecords",
    "__version__": "glider.version",
    "current_context": "glider.runtime.context",
    "kwtypes": "glider.types.annotating",
    "task": "glider.tasks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'glider' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
