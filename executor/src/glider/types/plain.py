"""Typed Python values <-> plain ones that msgpack holds, driven by type hints: the inside of dataclasses and dicts.

What is written is what can be read back: where a form alone doesn't assure that, the value is read back at once and compared.
"""

from __future__ import annotations

import collections
import dataclasses
import typing
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, get_args, get_origin

from glider.types.errors import ConversionError, InterfaceError, describe, type_name
from glider.types.formcontainers import (
    MAPPINGS,
    SEQUENCES,
    ChainMapForm,
    MappingForm,
    NamedTupleForm,
    SequenceForm,
    SliceForm,
    TupleForm,
    TypedDictForm,
)
from glider.types.formrecords import RecordForm
from glider.types.forms import (
    AnyForm,
    ChoiceForm,
    EnumForm,
    Form,
    MemberForm,
    NoneForm,
    OwnForm,
    PrimitiveForm,
    ScalarForm,
    UnionForm,
)
from glider.types.hints import (
    default_of,
    field_hints,
    is_named_tuple,
    is_typed_dict,
    is_union,
    special_name,
    unwrapped,
)
from glider.types.member import Member
from glider.types.native import primitive_of, scalar_of
from glider.types.packed import old_format, packed, unpacked
from glider.wire.jsonform import Literal

_OWN = ("mashumaro.types", "SerializableType")
#: Plain dataclasses; what is read from hints is read once.
_RECORDS: dict[Any, RecordForm] = {}


def encode(value: Any, hint: Any, variable: str) -> Any:
    """`value` as plain data; `variable` is its path, for messages.

    Raises:
        ConversionError: it, or something in it, isn't of its type.
        StorageError: a file in it can't be uploaded.
    """
    return _form(hint, variable).encode(value, variable)


def decode(plain: Any, hint: Any, variable: str) -> Any:
    """The value of plain data.

    Raises:
        ConversionError: it, or something in it, isn't of its type.
    """
    return _form(hint, variable).decode(plain, variable)


def written(value: Any, hint: Any, variable: str) -> Literal:
    """The literal of `value`, which can be read back.

    Raises:
        ConversionError: it, or something in it, isn't of its type, or would be read back as something else.
        StorageError: a file in it can't be uploaded.
    """
    form = _form(hint, variable)
    literal = packed(form.encode(value, variable), variable)
    if old_format() or not form.exact():
        check_read_back(value, lambda: form.decode(unpacked(literal, hint, variable), variable), variable)
    return literal


def check_read_back(value: Any, read: Callable[[], Any], variable: str) -> None:
    """Raises ConversionError where `read()` doesn't give `value`."""
    try:
        found = read()
    except ConversionError as error:
        raise unreadable(error) from error
    if (other := difference(value, found, variable)) is not None:
        raise changed(*other)


def unreadable(error: ConversionError) -> ConversionError:
    """A reader's error, as one of the writer."""
    expected = f"a value that can be read back as {error.expected}"
    return ConversionError(error.variable, expected=expected, found=f"{error.found} where it is read")


def changed(path: str, value: Any, read: Any) -> ConversionError:
    """That `value` would be read as something else."""
    return ConversionError(
        path, expected="a value that is read back as it was", found=f"{describe(value)}, which is read as {describe(read)}"
    )


def _form(hint: Any, variable: str) -> Form:
    try:
        return form_of(hint)
    except InterfaceError as error:
        raise ConversionError(variable, expected="a type that can be inside a struct", found=str(error)) from error


def form_of(hint: Any) -> Form:
    """The form of `hint`.

    Raises:
        InterfaceError: it can't be inside a struct.
    """
    return _Forms().of(hint)


class _Forms:
    """The forms of hints where type variables are known, and what Self is. `inside` are the generic dataclasses on the way here."""

    def __init__(self, owner: Any = None, inside: dict[Any, RecordForm] | None = None) -> None:
        self._owner = owner
        self._inside = {} if inside is None else inside
        self._aliases: dict[Any, _Later] = {}

    def of(self, hint: Any) -> Form:
        """The form of `hint`; raises InterfaceError."""
        origin = get_origin(hint) or hint
        if type(origin).__name__ == "TypeAliasType":
            return self._alias(hint)
        hint = unwrapped(hint)
        if isinstance(hint, typing.TypeVar):
            return AnyForm() if (default := default_of(hint)) is Any else self.of(default)
        origin = get_origin(hint) or hint
        if hint is Any or origin is object:
            return AnyForm()
        if hint in (None, type(None)):
            return NoneForm()
        if is_union(hint):
            return UnionForm(hint, [self.of(variant) for variant in get_args(hint)])
        if origin is typing.Literal:
            return ChoiceForm(hint)
        if special_name(hint) == "Self" and self._owner is not None:
            return self._record(self._owner, ())
        found = self._of_class(hint, origin) if isinstance(origin, type) else None
        if found is None:
            raise InterfaceError(f"{type_name(hint)} can't be inside a struct")
        return found

    def _alias(self, hint: Any) -> Form:
        """A `type` alias may contain itself, too."""
        if (known := self._aliases.get(hint)) is not None:
            known.used = True
            return known
        self._aliases[hint] = later = _Later(hint)
        try:
            later.form = self.of(unwrapped(hint))
        except NameError as error:
            raise InterfaceError(f"{type_name(hint)} can't be resolved: {error}") from error
        del self._aliases[hint]
        return later if later.used else later.form

    def _of_class(self, hint: Any, origin: Any) -> Form | None:
        if (primitive := primitive_of(origin)) is not None:
            return PrimitiveForm(origin, primitive)
        if issubclass(origin, Enum):
            return EnumForm(origin)
        if issubclass(origin, Member):
            return MemberForm(origin)
        if any((base.__module__, base.__qualname__) == _OWN for base in origin.__mro__):
            return OwnForm(origin, self.of(_exchanged(origin)))
        if dataclasses.is_dataclass(origin):
            return self._record(origin, get_args(hint))
        if (scalar := scalar_of(origin)) is not None:
            return ScalarForm(origin, scalar)
        if issubclass(origin, str) and (text := primitive_of(str)) is not None:
            return PrimitiveForm(origin, text)
        return self._container(hint, origin, get_args(hint))

    def _record(self, kind: Any, arguments: tuple[Any, ...]) -> RecordForm:
        key: Any = (kind, arguments)
        if (known := self._inside.get(key) if arguments else _RECORDS.get(kind)) is not None:
            return known
        inside = {**self._inside}
        form = RecordForm(kind, arguments, _Forms(kind, inside).of)
        if arguments:
            inside[key] = form
        else:
            _RECORDS[kind] = form
        return form

    def _container(self, hint: Any, origin: Any, arguments: tuple[Any, ...]) -> Form | None:
        if is_named_tuple(origin):
            hints = _hints(origin, arguments)
            return NamedTupleForm(origin, {name: self.of(hints.get(name, Any)) for name in origin._fields})
        if is_typed_dict(origin):
            return self._typed_dict(origin, arguments)
        if origin is tuple and hint not in (tuple, typing.Tuple) and not (len(arguments) == 2 and arguments[1] is Ellipsis):  # noqa: UP006
            return self._tuple(hint, arguments)
        if origin in SEQUENCES:
            return SequenceForm(hint, origin, self.of(arguments[0] if arguments else Any))
        if origin in MAPPINGS or origin is collections.ChainMap:
            return self._mapping(hint, origin, arguments)
        if origin is slice:
            return SliceForm(AnyForm())
        return None

    def _mapping(self, hint: Any, origin: Any, arguments: tuple[Any, ...]) -> Form:
        key, value = (arguments[0], int) if origin is collections.Counter and arguments else arguments or (Any, Any)
        if origin is collections.Counter:
            value = int
        kind = dict if origin is collections.ChainMap else origin
        form = MappingForm(hint, kind, self.of(key), self.of(value), value_hint=unwrapped(value), named=bool(arguments))
        return ChainMapForm(hint, form) if origin is collections.ChainMap else form

    def _tuple(self, hint: Any, arguments: tuple[Any, ...]) -> TupleForm:
        items, rest = [], None
        for argument in () if arguments == ((),) else arguments:
            unpacked_argument = _unpacked_tuple(argument)
            if unpacked_argument is None:
                items.append(self.of(argument))
            elif len(unpacked_argument) == 2 and unpacked_argument[1] is Ellipsis and rest is None:
                rest = len(items)
                items.append(self.of(unpacked_argument[0]))
            elif Ellipsis not in unpacked_argument:
                items += [self.of(item) for item in unpacked_argument]
            else:
                raise InterfaceError(f"{type_name(hint)} can't be inside a struct")
        return TupleForm(hint, items, rest)

    def _typed_dict(self, kind: Any, arguments: tuple[Any, ...]) -> TypedDictForm:
        """The qualifiers are in the hints; what the class records of them is wrong where its hints are postponed."""
        hints = _hints(kind, arguments)
        optional = {key for key in hints if key in kind.__optional_keys__}
        for key, hint in hints.items():
            names = set(_qualifiers(hint))
            optional = (optional | {key}) if "NotRequired" in names else optional - {key} if "Required" in names else optional
        return TypedDictForm(kind, {key: self.of(hint) for key, hint in hints.items()}, frozenset(optional))


class _Later(Form):
    """An alias inside itself."""

    def __init__(self, hint: Any) -> None:
        self._alias = get_origin(hint) or hint
        self._key = hint
        self.form: Form = AnyForm()
        self.used = False

    def encode(self, value: Any, path: str) -> Any:
        """As the alias."""
        return self.form.encode(value, path)

    def decode(self, plain: Any, path: str) -> Any:
        """As the alias."""
        return self.form.decode(plain, path)

    def schema(self, definitions: Any) -> dict[str, Any]:
        """A reference."""
        found: dict[str, Any] = definitions.describe(self._key, self._alias, lambda: self.form.schema(definitions))
        return found

    def exact(self, within: tuple[Form, ...] = ()) -> bool:
        """As the alias."""
        return self in within or self.form.exact((*within, self))


def _hints(kind: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    try:
        return field_hints(kind, arguments)
    except Exception as error:  # a hint is an expression of the user's
        raise InterfaceError(f"{type_name(kind)}: the type hints can't be resolved: {type(error).__name__}: {error}") from error


def _exchanged(kind: Any) -> Any:
    """What `_serialize` returns, where the class declares that its annotations count."""
    if not getattr(kind, "__use_annotations__", False):
        return Any
    return typing.get_type_hints(kind._serialize, include_extras=True).get("return", Any)


def _unpacked_tuple(hint: Any) -> tuple[Any, ...] | None:
    """The items of *tuple[…] or Unpack[tuple[…]]; None for any other hint."""
    if special_name(hint) == "Unpack":
        (inner,) = get_args(hint)
        return get_args(inner) or (Any, ...)
    if getattr(hint, "__unpacked__", False):
        return get_args(hint)
    return None


def _qualifiers(hint: Any) -> typing.Iterator[str]:
    while (name := special_name(hint)) in ("Required", "NotRequired", "ReadOnly") or get_origin(hint) is typing.Annotated:
        yield str(name)
        hint = get_args(hint)[0]


def difference(value: Any, read: Any, path: str, *, kinds: bool = True) -> tuple[str, Any, Any] | None:
    """The path of the first thing that isn't as it was, with both of it; None where all is. Without `kinds`, what is of another
    class now passes: pydantic doesn't validate defaults.

    What can't be compared passes: a file, whose local path is another after its upload, NaN, and what has no equality.
    """
    if isinstance(value, Member) or isinstance(read, Member) or value is read or _incomparable(value, read):
        return None
    kind = type(value)
    if dataclasses.is_dataclass(value) and kind is type(read):
        names = [field.name for field in dataclasses.fields(value)]
        return _first(((getattr(value, name, None), getattr(read, name, None), f"{path}.{name}") for name in names), kinds)
    if (fields := getattr(kind, "model_fields", None)) is not None and type(read).__name__ == kind.__name__:
        names = [*(name for name in fields if not fields[name].exclude), *(value.model_extra or ())]
        return _first(((getattr(value, name), getattr(read, name, None), f"{path}.{name}") for name in names), kinds)
    if isinstance(value, (list, tuple)) and isinstance(read, (list, tuple)) and len(value) == len(read):
        return _first(((one, other, f"{path}[{i}]") for i, (one, other) in enumerate(zip(value, read, strict=True))), kinds)
    ordered = isinstance(value, OrderedDict) and list(value) != list(read)
    if isinstance(value, Mapping) and isinstance(read, Mapping) and value.keys() == read.keys() and not ordered:
        return _first(((item, read[key], f"{path}.{key}") for key, item in value.items()), kinds)
    return None if _equal(value, read) or not (kinds or kind is type(read) or fields is not None) else (path, value, read)


def _first(pairs: Iterable[tuple[Any, Any, str]], kinds: bool) -> tuple[str, Any, Any] | None:
    return next((found for one, other, path in pairs if (found := difference(one, other, path, kinds=kinds)) is not None), None)


def _incomparable(value: Any, read: Any) -> bool:
    kind = type(value)
    if isinstance(value, float):
        return value != value and isinstance(read, float)  # NaN
    return kind is type(read) and "__eq__" not in _defined(kind) and not dataclasses.is_dataclass(kind)


def _defined(kind: type) -> set[str]:
    return {name for base in kind.__mro__ if base is not object for name in vars(base)}


def _equal(value: Any, read: Any) -> bool:
    try:
        return bool(value == read)
    except Exception:  # numpy's arrays have no one answer
        return True
