"""What the environment and the config file say about an entry, and which of them it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glider.settings.entries import Entry
from glider.settings.files import ConfigFile
from glider.settings.model import SettingsError

#: flytekit's rule: everything else is true.
_FALSE = frozenset({"false", "0", "off", "no", ""})
#: What an int is in the C code that some of the numbers get to.
_LARGEST = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A value as text, and where it stands: for messages, and for people who look."""

    text: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """The environment and the config file behind it. A variable that is there hides the file, even when it is empty."""

    environment: Mapping[str, str]
    file: ConfigFile

    def find(self, entry: Entry) -> Found | None:
        """What is said, even if it is nothing; None where nobody says anything."""
        if (text := self.environment.get(entry.variable)) is not None:
            return Found(text=text, where=entry.variable)
        if (text := self.file.get(entry)) is not None:
            return Found(text=text, where=f"{self.file.path}: [{entry.section}] {entry.option}")
        return None

    def text(self, entry: Entry) -> str | None:
        """The text, or None where it is empty."""
        found = self.find(entry)
        return found.text or None if found else None

    def flag(self, entry: Entry) -> bool | None:
        """True or false, or None where nobody says anything."""
        found = self.find(entry)
        return is_true(found.text) if found else None

    def integer(self, entry: Entry) -> int | None:
        """A whole number.

        Raises:
            SettingsError: it is none.
        """
        found = self.find(entry)
        return integer(found.text, name=found.where) if found and found.text else None

    def number(self, entry: Entry) -> float | None:
        """A number.

        Raises:
            SettingsError: it is none.
        """
        found = self.find(entry)
        if not found or not found.text:
            return None
        try:
            return float(found.text)
        except ValueError:
            raise SettingsError(f'{found.where}: expected a number, found "{found.text}"') from None


def is_true(text: str) -> bool:
    """A flag's value."""
    return text.lower() not in _FALSE


def integer(text: str, *, name: str) -> int:
    """A whole number.

    Raises:
        SettingsError: `text` is none.
    """
    try:
        number = int(text)
    except ValueError:
        raise SettingsError(f'{name}: expected an integer, found "{text}"') from None
    if abs(number) > _LARGEST:
        raise SettingsError(f'{name}: expected an integer of 32 bits, found "{text}"')
    return number
