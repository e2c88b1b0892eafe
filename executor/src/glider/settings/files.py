"""Flyte's config files, for images that carry one: the INI form and the YAML form.

The order of the search is flytekit's (flytekit/configuration/file.py): the first file found is the only one read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from glider.settings.model import SettingsError

_CONFIG_VARIABLES = ("_FLYTECTL_CONFIG_PYFLYTE_OVERRIDE", "FLYTECTL_CONFIG")


class ConfigFile(Protocol):
    """A file that may say what the environment doesn't."""

    def get(self, *, section: str, option: str, yaml_path: str | None) -> str | None:
        """The value as text, or None."""


class NoFile:
    """Where there is none."""

    def get(self, *, section: str, option: str, yaml_path: str | None) -> str | None:
        """Nothing."""
        return None


class IniFile:
    """`[section]` and `option = value`."""

    def __init__(self, path: Path) -> None:
        import configparser  # costs 2 ms, and few images have such a file

        self._parser = configparser.ConfigParser(interpolation=None)
        try:
            self._parser.read_string(path.read_text())
        except (OSError, UnicodeError, configparser.Error) as error:
            raise SettingsError(f"{path}: expected a Flyte config file in INI form: {error}") from error

    def get(self, *, section: str, option: str, yaml_path: str | None) -> str | None:
        """The option's value."""
        return self._parser.get(section, option, fallback=None)


class YamlFile:
    """Nested mappings, addressed by a dotted path."""

    def __init__(self, path: Path) -> None:
        try:
            import yaml
        except ImportError as error:
            raise SettingsError(f"{path}: a config file in YAML needs PyYAML, which this image hasn't got") from error
        try:
            self._root = yaml.safe_load(path.read_text())
        except (OSError, UnicodeError, yaml.YAMLError) as error:
            raise SettingsError(f"{path}: expected a Flyte config file in YAML: {error}") from error

    def get(self, *, section: str, option: str, yaml_path: str | None) -> str | None:
        """The value at `yaml_path`."""
        found: Any = self._root
        for key in yaml_path.split(".") if yaml_path else ():
            found = found.get(key) if isinstance(found, dict) else None
        return None if found is None or isinstance(found, dict) else str(found)


def find_config_file(environment: Mapping[str, str]) -> ConfigFile:
    """The config file that applies.

    Raises:
        SettingsError: it can't be read.
    """
    for path in _candidates(environment):
        if path.is_file():
            return YamlFile(path) if path.suffix in (".yaml", ".yml") else IniFile(path)
    return NoFile()


def _candidates(environment: Mapping[str, str]) -> list[Path]:
    named = [Path(environment[name]) for name in _CONFIG_VARIABLES if environment.get(name)]
    home = environment.get("HOME")
    in_home = [Path(home, ".flyte", name) for name in ("config", "config.yaml")] if home else []
    return [*named, Path("flytekit.config"), *in_home]
