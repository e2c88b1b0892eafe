"""Which words of a command line are a task's inputs, and which are options of the command itself.

After the task's name both may stand in any order. An input that is called like an option of the command wins there: the option's
place is before the task then.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from glider.wire.interface import format_type
from glider.wire.jsonform import FieldError, nothing, words
from glider_client.inputs.declarations import Input, nearest

#: What may follow a flag as its value; a number may be a word of its own.
_VALUES = ("true", "yes", "false", "no")


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """One option: for `input`, or the part of it at `path`. `option` is as it was written. Without text it is null."""

    input: Input
    option: str
    text: str | None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """The words, divided. `others` are the command's own, in their order."""

    given: tuple[Given, ...] = ()
    others: tuple[str, ...] = ()


def divide(line: Sequence[str], inputs: Sequence[Input], *, options: Collection[str] = ()) -> Arguments:
    """The words of `line`, divided.

    Args:
        line: the words after the task.
        inputs: what the task takes.
        options: the options of the command itself, such as --detach.

    Raises:
        FieldError: an option is neither the one nor the other, or an input has no value.
    """
    names = {one.name: one for one in inputs}
    given: list[Given] = []
    others: list[str] = []
    rest = list(line)
    while rest:
        word = rest.pop(0)
        if word == "--":
            others += rest
            break
        if not word.startswith("--"):
            others.append(word)
            continue
        option, equals, text = word.partition("=")
        found = _find(option, names)
        if found is not None:
            given.append(_given(found, option, text if equals else None, rest, names))
        elif option in options:
            others.append(word)
        else:
            raise _unknown(option, inputs, options)
    return Arguments(given=tuple(given), others=tuple(others))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    input: Input
    path: tuple[str, ...] = ()
    negated: bool = False


def _find(option: str, names: dict[str, Input]) -> _Found | None:
    name, *path = option[2:].split(".")
    if (whole := option[2:].replace("-", "_")) in names:
        return _Found(input=names[whole])
    known = names.get(name) or names.get(name.replace("-", "_"))
    if known is not None and (not path or known.has_fields):
        return _Found(input=known, path=tuple(path))
    if name[:3] in ("no-", "no_") and not path:
        negated = names.get(name[3:]) or names.get(name[3:].replace("-", "_"))
        if negated is not None and (negated.switch or negated.nullable):
            return _Found(input=negated, negated=True)
    return None


def _given(found: _Found, option: str, text: str | None, rest: list[str], names: dict[str, Input]) -> Given:
    if found.negated:
        if text is not None:
            raise FieldError(option, expected="no value", found=text)
        return Given(input=found.input, option=option, text="false" if found.input.switch else None)
    if text is None and found.input.switch and not found.path:
        follows = rest[0].lower() if rest else ""
        text = rest.pop(0) if follows in _VALUES else "true"
    if text is None:
        if not rest or (rest[0].startswith("--") and _find(rest[0].partition("=")[0], names) is not None):
            found_instead = words(f"the option {rest[0]}") if rest else nothing()
            raise FieldError(option, expected=f"a value ({format_type(found.input.type)})", found=found_instead)
        text = rest.pop(0)
    return Given(input=found.input, option=option, text=text, path=found.path)


def _unknown(option: str, inputs: Sequence[Input], options: Collection[str]) -> FieldError:
    own = [one.option for one in inputs]
    expected = (
        f"one of the task's inputs {', '.join(own)}, or an option of the command"
        if own
        else "an option of the command, since the task has no inputs"
    )
    return FieldError(option, expected=expected, found=words(f"the unknown option {option}{nearest(option, (*own, *options))}"))
