"""FlyteFile["csv"] and FlyteDirectory["csv"]: a class for each format, and the same one each time, so that hints compare equal."""

from __future__ import annotations

import typing
from typing import Any, ClassVar

_MADE: dict[tuple[type, str], type] = {}


class Formats:
    """Something whose class carries a format."""

    _format: ClassVar[str] = ""
    _title_of_format: ClassVar[str]

    def __class_getitem__(cls, extension: Any) -> Any:
        """The class of that format; Annotated[str, FileExt("tar.gz")] is how flytekit spells one with a dot."""
        if typing.get_origin(extension) is typing.Annotated:
            extension = typing.get_args(extension)[1]
        name = str(extension or "").strip().lstrip("~").lstrip(".")
        if not name:
            return cls
        family = cls._family()
        if (family, name) not in _MADE:
            made = type(f"{family.__name__}[{name}]", (family,), {"_format": name, "__module__": family.__module__})
            _MADE[family, name] = made
        return _MADE[family, name]

    @classmethod
    def extension(cls) -> str:
        """The format, or an empty string."""
        return cls._format

    @classmethod
    def _family(cls) -> type:
        return next(base for base in reversed(cls.__mro__) if "_title_of_format" in vars(base))

    @classmethod
    def _pydantic_name(cls) -> str:
        return cls._title_of_format if cls._format else cls._family().__name__


class FileExt:
    """A format as an annotation: Annotated[str, FileExt("tar.gz")]."""

    def __init__(self, ext: str) -> None:
        self._ext = ext

    def __str__(self) -> str:
        return self._ext
