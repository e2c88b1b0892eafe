"""Offloaded data inside dataclasses, pydantic models and dicts: files, directories, data sets, schemas.

There they are a small JSON object (`{"path": "s3://…"}`), and uploading happens when the value around them is converted.
pydantic finds its hooks here, and is imported by whoever uses it, not by us.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, ClassVar

#: What went wrong with a member while pydantic wrote the model around it: pydantic keeps the words and loses the exception.
FAILURE: ContextVar[Exception | None] = ContextVar("FAILURE", default=None)

PATH = {"anyOf": [{"type": "string"}, {"type": "string", "format": "path"}], "default": None}
TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
WORDS = {"anyOf": [{"type": "object", "additionalProperties": {"type": "string"}}, {"type": "null"}], "default": None}


class Member:
    """A class whose instances are offloaded data.

    `_title` and `_properties` are the JSON schema that flytekit gives the class.
    """

    _title: ClassVar[str]
    _properties: ClassVar[dict[str, dict[str, Any]]]
    _description: ClassVar[str | None] = None

    def to_plain(self, variable: str) -> dict[str, Any]:
        """The JSON object; uploads what isn't uploaded yet. `variable` is the path of the value, for messages."""
        raise NotImplementedError

    @classmethod
    def from_plain(cls, plain: dict[str, Any], variable: str) -> Any:
        """The value of a JSON object."""
        raise NotImplementedError

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """As mashumaro writes it, for dataclasses: without titles of the fields, and closed."""
        properties = {name: _named_keys(schema) for name, schema in cls._properties.items()}
        return {"type": "object", "title": cls._title, "properties": properties, "additionalProperties": False}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.with_info_plain_validator_function(
            cls._validated,
            serialization=core_schema.plain_serializer_function_ser_schema(cls._serialized),
            ref=f"{cls.__module__}.{cls._pydantic_name()}",
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> Any:
        properties = {name: {**field, "title": name.replace("_", " ").title()} for name, field in cls._properties.items()}
        found = {"properties": properties, "title": cls._pydantic_name(), "type": "object"}
        return {"description": cls._description, **found} if cls._description else found

    @classmethod
    def _pydantic_name(cls) -> str:
        return cls._title

    @classmethod
    def _serialized(cls, value: Member) -> dict[str, Any]:
        try:
            return value.to_plain(cls._title)
        except Exception as error:
            FAILURE.set(error)
            raise

    @classmethod
    def _validated(cls, value: Any, info: Any) -> Any:
        if isinstance(value, dict):
            return cls.from_plain(value, info.field_name or cls._title)
        if isinstance(value, cls._family()):
            return value
        raise ValueError(f"expected a {cls._title}")

    @classmethod
    def _family(cls) -> type:
        """The class that a format (FlyteFile["csv"]) is one of."""
        return cls


def _named_keys(schema: dict[str, Any]) -> dict[str, Any]:
    """Declares what keys an object has, which mashumaro does and pydantic doesn't."""
    if "anyOf" not in schema:
        return schema
    variants = [
        {**variant, "propertyNames": {"type": "string"}} if variant.get("type") == "object" else variant for variant in schema["anyOf"]
    ]
    return {**schema, "anyOf": variants}
