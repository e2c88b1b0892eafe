"""Values of frameworks that are saved as one file each: arrays, tensors, models, images.

Their packages are imported when a value is saved or loaded, and a task that has such a type imports its package itself.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, ClassVar

from flyteidl.core import types_pb2

from glider.storage.access import current_access
from glider.types.blobs import blob_literal, blob_uri, download_blob, new_scratch_file, upload_blob
from glider.types.errors import ConversionError, describe, type_name
from glider.types.hints import annotation_of, bare, class_of
from glider.wire.interface import LiteralType
from glider.wire.jsonform import Literal


class Saved:
    """One framework's type. `options` are those that Annotated[T, kwtypes(…)] gives."""

    tag: str
    format: ClassVar[str]
    suffix: ClassVar[str]

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """Writes the file."""
        raise NotImplementedError

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """Reads the file."""
        raise NotImplementedError

    def literal_type(self, hint: Any) -> LiteralType:
        """A blob of the framework's format."""
        return LiteralType(blob=types_pb2.BlobType(format=self.format))

    def to_literal(self, value: Any, hint: Any, variable: str) -> Literal:
        """Saves and uploads."""
        if not isinstance(value, class_of(hint)):
            raise ConversionError(variable, expected=type_name(bare(hint)), found=describe(value))
        path = new_scratch_file(os.urandom(16).hex() + self.suffix)
        try:
            self.save(value, path, annotation_of(hint, dict) or {})
        except Exception as error:  # each framework has its own
            expected = f"{type_name(bare(hint))} that can be saved"
            raise ConversionError(variable, expected=expected, found=f"{describe(value)} ({error})") from error
        return blob_literal(upload_blob(path, variable), format=self.format)

    def to_python(self, literal: Literal, hint: Any, variable: str) -> Any:
        """Downloads and loads."""
        uri = blob_uri(literal, expected=type_name(bare(hint)), variable=variable)
        path = download_blob(uri, current_access())
        try:
            return self.load(path, annotation_of(hint, dict) or {})
        except Exception as error:
            raise ConversionError(variable, expected=type_name(bare(hint)), found=f"{uri} ({error})") from error


class Arrays(Saved):
    """numpy.ndarray; options: allow_pickle, mmap_mode."""

    tag, format, suffix = "Numpy Array", "NumpyArray", ".npy"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """numpy.save, which leaves a mask out."""
        if type(value).__module__.startswith("numpy.ma"):
            raise TypeError("its mask would be lost: return value.filled(), or data and mask as two outputs")
        import_module("numpy").save(path, value, allow_pickle=options.get("allow_pickle", False))

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """numpy.load."""
        return import_module("numpy").load(path, allow_pickle=options.get("allow_pickle", False), mmap_mode=options.get("mmap_mode"))


class Tensors(Saved):
    """torch.Tensor."""

    tag, format, suffix = "PyTorch Tensor", "PyTorchTensor", ".pt"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """torch.save."""
        import_module("torch").save(value, path)

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """torch.load, to the GPU where there is one."""
        torch = import_module("torch")
        return torch.load(path, map_location="cuda:0" if torch.cuda.is_available() else torch.device("cpu"))


class Modules(Tensors):
    """torch.nn.Module, whole: a pickle of torch's, which it loads only when it may run code."""

    tag, format = "PyTorch Module", "PyTorchModule"

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """torch.load, to the GPU where there is one."""
        torch = import_module("torch")
        return torch.load(path, map_location="cuda:0" if torch.cuda.is_available() else torch.device("cpu"), weights_only=False)


class Estimators(Saved):
    """sklearn.base.BaseEstimator."""

    tag, format, suffix = "Sklearn Estimator", "SklearnEstimator", ".joblib"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """joblib.dump."""
        import_module("joblib").dump(value, path)

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """joblib.load."""
        return import_module("joblib").load(path)


class KerasModels(Saved):
    """keras.Model, in Keras' own format."""

    tag, format, suffix = "TensorFlow Model", "TensorFlowModel", ".keras"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """model.save."""
        value.save(path)

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """keras.models.load_model."""
        return import_module("keras").models.load_model(path)


class Images(Saved):
    """PIL.Image.Image."""

    tag, format, suffix = "PIL.Image", "PIL.Image", ".png"

    def save(self, value: Any, path: str, options: dict[str, Any]) -> None:
        """As PNG."""
        value.save(path)

    def load(self, path: str, options: dict[str, Any]) -> Any:
        """PIL.Image.open, and the pixels as well, so that no file stays open."""
        image = import_module("PIL.Image").open(path)
        image.load()
        return image
