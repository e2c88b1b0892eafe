"""What a type hint declares for the values inside structs: how each is written as plain data, read, and described in JSON schema.

The forms are those of mashumaro, which flytekit uses for this, so that neither need be in the image: dates in ISO form,
durations in seconds, enums by value, sets and tuples as lists, files as `{"path": …}`.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from glider.types.errors import ConversionError, describe, type_name
from glider.types.jsonschema import Definitions, shown
from glider.types.member import Member
from glider.types.scalars import Primitive, Scalar


class Form:
    """The form of one hint's values.

    `python` is the class of the values, where it is one; `simple`: msgpack distinguishes these values from all others.
    """

    python: Any = None
    simple = False

    def encode(self, value: Any, path: str) -> Any:
        """`value` as plain data; raises ConversionError, which names `path`."""
        raise NotImplementedError

    def decode(self, plain: Any, path: str) -> Any:
        """The value of plain data; raises ConversionError, which names `path`."""
        raise NotImplementedError

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The JSON schema; raises InterfaceError where a hint inside can't be used."""
        raise NotImplementedError

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """Whether all that `encode` takes is read back as it was, by the form alone. `within` are the forms around it."""
        return True


def matching(value: Any, matches: bool, hint: Any, path: str) -> Any:
    """`value`, if it matches."""
    if not matches:
        raise ConversionError(path, expected=type_name(hint), found=describe(value))
    return value


def converted(convert: Callable[[Any], Any], plain: Any, hint: Any, path: str) -> Any:
    """What `convert` makes of `plain`, with its complaint in words."""
    try:
        return convert(plain)
    except ConversionError:
        raise
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise ConversionError(path, expected=type_name(hint), found=describe(plain)) from error
    except Exception as error:  # a hook of the user's; re.error is no ValueError
        raise ConversionError(path, expected=type_name(hint), found=f"{describe(plain)} ({type(error).__name__}: {error})") from error


class AnyForm(Form):
    """Whatever msgpack can hold; whether it can is found out when the whole is packed."""

    def encode(self, value: Any, path: str) -> Any:
        """As it is."""
        return value

    def decode(self, plain: Any, path: str) -> Any:
        """As it is."""
        return plain

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Anything."""
        return {}


class NoneForm(Form):
    """None."""

    python, simple = type(None), True

    def encode(self, value: Any, path: str) -> None:
        """Null."""
        matching(value, value is None, None, path)

    def decode(self, plain: Any, path: str) -> None:
        """From null."""
        matching(plain, plain is None, None, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Null."""
        return {"type": "null"}


class PrimitiveForm(Form):
    """What msgpack has itself: int, float, str, bool, bytes; a str of a class of its own too."""

    def __init__(self, hint: Any, primitive: Primitive) -> None:
        self.python, self._primitive = hint, primitive
        self._own = hint not in primitive.accepts
        self.simple = hint in (int, float, str, bool, bytes)

    def encode(self, value: Any, path: str) -> Any:
        """As it is."""
        known = self._primitive
        matching(value, isinstance(value, self.python if self._own else known.accepts), self.python, path)
        if not known.fits(value):
            raise ConversionError(path, expected=f"{type_name(self.python)} {known.range_}".rstrip(), found=describe(value))
        return known.encode(value)

    def decode(self, plain: Any, path: str) -> Any:
        """As it is, or an int from a float that is whole."""
        found = converted(self._primitive.decode, plain, self.python, path)
        return converted(self.python, found, self.python, path) if self._own else found

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """JSON's type."""
        return dict(self._primitive.schema)


class ScalarForm(Form):
    """A time, a path, a UUID: one string or number."""

    def __init__(self, hint: Any, scalar: Scalar) -> None:
        self.python, self._scalar = hint, scalar

    def encode(self, value: Any, path: str) -> Any:
        """Its text or number. What derives from the class, as a datetime does from date, is read back to see that all of it is there."""
        matching(value, isinstance(value, self.python), self.python, path)
        plain = converted(self._scalar.encode, value, self.python, path)
        if self._scalar.lossy or type(value) is not self.python:
            try:
                kept = bool(self._scalar.decode(plain) == value)
            except Exception:  # what the class' constructor or __eq__ raises
                kept = False
            if not kept:
                raise ConversionError(path, expected=f"{type_name(self.python)} that {plain!r} represents in full", found=describe(value))
        return plain

    def decode(self, plain: Any, path: str) -> Any:
        """From its text or number."""
        return converted(self._scalar.decode, plain, self.python, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """A string or number with its format."""
        return dict(self._scalar.schema)


class ChoiceForm(Form):
    """typing.Literal: one of a few values."""

    def __init__(self, hint: Any) -> None:
        self._hint = hint
        self._choices = [(value, value.value if isinstance(value, Enum) else value) for value in typing.get_args(hint)]

    def encode(self, value: Any, path: str) -> Any:
        """The value, of an enum's member its value."""
        return self._found(value, path, (((choice, choice), plain) for choice, plain in self._choices))

    def decode(self, plain: Any, path: str) -> Any:
        """The choice; a Struct has made a float of a whole number."""
        return self._found(plain, path, (((form, float(form) if type(form) is int else form), choice) for choice, form in self._choices))

    def _found(self, value: Any, path: str, known: Iterable[tuple[tuple[Any, Any], Any]]) -> Any:
        for forms, found in known:
            if any(type(value) is type(form) and value == form for form in forms):
                return found
        raise ConversionError(path, expected=type_name(self._hint), found=describe(value))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The values."""
        values = [shown(plain) for _, plain in self._choices]
        return {"const": values[0]} if len(values) == 1 else {"enum": values}


class EnumForm(Form):
    """An Enum of any values that msgpack can hold; a Flag too."""

    def __init__(self, hint: type[Enum]) -> None:
        self.python = hint

    def encode(self, value: Any, path: str) -> Any:
        """The member's value."""
        return matching(value, isinstance(value, self.python), self.python, path).value

    def decode(self, plain: Any, path: str) -> Any:
        """The member of that value; a tuple has become a list."""
        try:
            return self.python(plain)
        except Exception as error:  # ValueError, and what a _missing_ of the user's raises
            known = [member for member in self.python if isinstance(plain, list) and member.value == tuple(plain)]
            if known:
                return known[0]
            raise ConversionError(path, expected=type_name(self.python), found=describe(plain)) from error

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """The values."""
        return {"enum": [shown(member.value) for member in self.python]}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """Not with a `_missing_` of its own, or with values that msgpack makes something else of."""
        return all(type(member.value) in (str, int, float, bool) for member in self.python)


class MemberForm(Form):
    """Files, directories, data sets: offloaded data."""

    def __init__(self, hint: Any) -> None:
        self.python = hint

    def encode(self, value: Any, path: str) -> Any:
        """A small object, after the upload. A str may stand for a file or a directory, as in flytekit."""
        if isinstance(value, str) and "path" in self.python._properties:
            value = self.python(value)
        member: Member = matching(value, isinstance(value, self.python._family()), self.python, path)
        return member.to_plain(path)

    def decode(self, plain: Any, path: str) -> Any:
        """Lazy: nothing is downloaded."""
        return self.python.from_plain(matching(plain, isinstance(plain, dict), self.python, path), path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Flytekit's for that class."""
        found: dict[str, Any] = self.python.json_schema()
        return found


class OwnForm(Form):
    """A class that defines itself how it is written: mashumaro's SerializableType. `inner` is the form of what its methods exchange."""

    def __init__(self, hint: Any, inner: Form) -> None:
        self.python, self._inner = hint, inner

    def encode(self, value: Any, path: str) -> Any:
        """What `_serialize` gives."""
        matching(value, isinstance(value, self.python), self.python, path)
        return self._inner.encode(converted(lambda found: found._serialize(), value, self.python, path), path)

    def decode(self, plain: Any, path: str) -> Any:
        """What `_deserialize` makes."""
        return converted(self.python._deserialize, self._inner.decode(plain, path), self.python, path)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """That of what is exchanged."""
        return self._inner.schema(definitions)

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """The methods may do anything."""
        return False


class UnionForm(Form):
    """One of several types; what is written doesn't show of which, so it is read as the first that takes it, as by mashumaro."""

    def __init__(self, hint: Any, variants: list[Form]) -> None:
        self._hint, self._variants = hint, variants
        others = [variant for variant in variants if not isinstance(variant, NoneForm)]
        self._distinct = len(others) == 1 or all(variant.simple for variant in others)

    def encode(self, value: Any, path: str) -> Any:
        """By the variant of exactly the value's class, else by the first that takes it; it has to be read by the same."""
        ordered = sorted(self._variants, key=lambda variant: variant.python is not type(value))
        variant, plain = self._first([(variant, variant.encode) for variant in ordered], value, path)
        if not self._distinct:
            reader, read = self._read(plain, path)
            if reader is not variant and not (type(read) is type(value) and read == value):
                found = f"{describe(value)}, which would be read as {describe(read)}"
                raise ConversionError(path, expected=f"a value that is read back from {type_name(self._hint)} as it was", found=found)
        return plain

    def decode(self, plain: Any, path: str) -> Any:
        """By the first variant that takes it."""
        return self._read(plain, path)[1]

    def _read(self, plain: Any, path: str) -> tuple[Form, Any]:
        """One of msgpack's own types takes only itself, and where nothing else does what can be made one of it."""
        strict = [variant for variant in self._variants if not variant.simple or type(plain) is variant.python]
        lenient = [variant for variant in self._variants if variant.simple]
        return self._first([(variant, variant.decode) for variant in [*strict, *lenient]], plain, path)

    def _first(self, attempts: list[tuple[Form, Callable[[Any, str], Any]]], value: Any, path: str) -> tuple[Form, Any]:
        """Where none takes it, a complaint about something inside the value explains more than that none did."""
        inner: ConversionError | None = None
        for variant, attempt in attempts:
            try:
                return variant, attempt(value, path)
            except ConversionError as error:
                inner = error if error.variable != path else inner
        raise inner or ConversionError(path, expected=type_name(self._hint), found=describe(value))

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Any of the variants'."""
        return {"anyOf": [variant.schema(definitions) for variant in self._variants]}

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As its variants are."""
        return all(variant.exact(within) for variant in self._variants)
