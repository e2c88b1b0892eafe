"""The sources of settings: the environment, and Flyte's config file behind it, in its INI form or its YAML form.

Search and reading of the file are flytekit's (flytekit/configuration/file.py), down to its leniency: the first file that exists is the
only one read, and a YAML file that can't be parsed counts as empty, with a warning. Only that a file which may not be read counts
as none is ours.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from glider.settings.entries import Entry, Kind
from glider.settings.model import SettingsError

#: flytekit's rule: everything else is true.
_FALSE = frozenset({"false", "0", "off", "no", ""})
#: What an int is in the C code that some of the numbers get to.
_LARGEST = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A value as text, and where it stands, for messages and `--show-config`."""

    text: str
    where: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """The environment and the config file behind it. A variable that is there hides the file, even when it is empty."""

    environment: Mapping[str, str]
    file: ConfigFile

    def find(self, entry: Entry) -> Found | None:
        """The value, even if it is empty; None where there is none."""
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
        """True or false, or None where the user sets nothing."""
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


_LOGGER = logging.getLogger("glider")
#: pyflyte's own override is meant to win; being there at all, even empty, is enough for that.
CONFIG_OVERRIDE = "_FLYTECTL_CONFIG_PYFLYTE_OVERRIDE"
_CONFIG_VARIABLES = (CONFIG_OVERRIDE, "FLYTECTL_CONFIG")
_INI_FLAGS = frozenset({"1", "yes", "true", "on", "0", "no", "false", "off"})


class ConfigFile(Protocol):
    """A file that may set what the environment doesn't."""

    path: Path | None

    def get(self, entry: Entry) -> str | None:
        """The value as text, or None."""


class NoFile:
    """Where there is none."""

    path: Path | None = None

    def get(self, entry: Entry) -> str | None:
        """Nothing."""
        return None


class IniFile:
    """`[section]` and `option = value`; `%` is configparser's, so a value with a stray one counts as none."""

    def __init__(self, path: Path) -> None:
        import configparser  # costs 2 ms, and few images have such a file

        self.path: Path | None = path
        self._error = configparser.Error
        self._parser = configparser.ConfigParser()
        try:
            self._parser.read(path)
        except (OSError, UnicodeError, configparser.Error) as error:
            raise SettingsError(f"{path}: expected a Flyte config file in INI form: {error}") from error
        if self._parser.has_section("internal"):
            raise SettingsError(f"{path}: expected no section [internal], which is for flytekit's own use")

    def get(self, entry: Entry) -> str | None:
        """The option's value."""
        try:
            found = self._parser.get(entry.section, entry.option, fallback=None)
        except self._error:
            return None
        if found is not None and entry.kind is Kind.FLAG and found.lower() not in _INI_FLAGS:
            raise SettingsError(f'{self.path}: [{entry.section}] {entry.option}: expected true or false, found "{found}"')
        return found


class YamlFile:
    """Nested mappings, addressed by a dotted path."""

    def __init__(self, path: Path) -> None:
        try:
            import yaml
        except ImportError as error:
            raise SettingsError(f"{path}: a config file in YAML needs PyYAML, which this image hasn't got") from error
        self.path: Path | None = path
        self._root: Any = None
        try:
            self._root = yaml.safe_load(path.read_text())
        except yaml.YAMLError as error:
            _LOGGER.warning("%s isn't YAML, and is ignored: %s", path, error)
        except (OSError, UnicodeError) as error:
            raise SettingsError(f"{path}: expected a Flyte config file in YAML: {error}") from error

    def get(self, entry: Entry) -> str | None:
        """The value at the entry's path; lists with commas between."""
        if entry.yaml_path is None:
            return None
        found: Any = self._root
        for key in entry.yaml_path.split("."):
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):
            return ",".join(str(item) for item in found)
        return None if found is None or isinstance(found, dict) else str(found)


def find_config_file(environment: Mapping[str, str]) -> ConfigFile:
    """The config file that applies. One that may not be read is as good as none: images have them in a home that is another
    user's.

    Raises:
        SettingsError: it makes no sense.
    """
    for path in candidates(environment):
        if _is_readable(path):
            return YamlFile(path) if path.name.endswith(("yaml", "yml")) else IniFile(path)
    return NoFile()


def config_for_flytekit(environment: Mapping[str, str]) -> str | None:
    """The file that flytekit is to be shown, whose import ends with PermissionError where it may not look for one; None where it
    finds by itself what we do.
    """
    denied = False
    for path in candidates(environment):
        if _is_readable(path):
            return str(path) if denied else None
        denied = denied or _is_denied(path)
    return os.devnull if denied else None


def _is_readable(path: Path) -> bool:
    try:
        with path.open("rb"):
            return True
    except OSError:
        return False


def _is_denied(path: Path) -> bool:
    try:
        with path.open("rb"):
            return False
    except OSError as error:
        return isinstance(error, PermissionError)


def candidates(environment: Mapping[str, str]) -> list[Path]:
    """Where a config file may be, the first place first."""
    named = next((environment[name] for name in _CONFIG_VARIABLES if name in environment), "")
    home = environment.get("HOME") or str(Path("~").expanduser())
    places = [Path("flytekit.config"), Path(home, ".flyte", "config"), Path(home, ".flyte", "config.yaml")]
    return [Path(named), *places] if named else places
