"""The environment and config files mean what flytekit's own Config.auto() makes of them."""

from __future__ import annotations

import configparser
import contextlib
import operator
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import yaml
from flytekit.configuration import Config
from flytekit.configuration.file import get_config_file
from hypothesis import given, settings
from hypothesis import strategies as st

from glider.settings import entries
from glider.settings.entries import ENTRIES, Entry, Kind
from glider.settings.reading import read_settings
from glider.settings.sources import Sources, find_config_file

RENAMED = {"url": "endpoint", "client_secret": "client_credentials_secret"}
#: Where flytekit keeps what it has read.
PLACES: Mapping[Entry, Callable[[Any], Any]] = {
    entries.AWS_ENDPOINT: lambda config: config.data_config.s3.endpoint,
    entries.AWS_ACCESS_KEY_ID: lambda config: config.data_config.s3.access_key_id,
    entries.AWS_SECRET_ACCESS_KEY: lambda config: config.data_config.s3.secret_access_key,
    entries.AWS_ADDRESSING_STYLE: lambda config: config.data_config.s3.adressing_style,
    entries.AWS_ENABLE_DEBUG: lambda config: config.data_config.s3.enable_debug,
    entries.AZURE_ACCOUNT_NAME: lambda config: config.data_config.azure.account_name,
    entries.AZURE_ACCOUNT_KEY: lambda config: config.data_config.azure.account_key,
    entries.AZURE_TENANT_ID: lambda config: config.data_config.azure.tenant_id,
    entries.AZURE_CLIENT_ID: lambda config: config.data_config.azure.client_id,
    entries.AZURE_CLIENT_SECRET: lambda config: config.data_config.azure.client_secret,
    entries.GCP_GSUTIL_PARALLELISM: lambda config: config.data_config.gcs.gsutil_parallelism,
    entries.ATTACH_EXECUTION_METADATA: lambda config: config.data_config.generic.attach_execution_metadata,
    entries.SECRETS_ENV_PREFIX: lambda config: config.secrets.env_prefix,
    entries.SECRETS_DEFAULT_DIR: lambda config: config.secrets.default_dir,
    entries.SECRETS_FILE_PREFIX: lambda config: config.secrets.file_prefix,
    entries.SECRETS_HOST: lambda config: config.stats.host,
    entries.SECRETS_PORT: lambda config: config.stats.port,
    entries.SECRETS_DISABLED: lambda config: config.stats.disabled,
    entries.SECRETS_NO_TAGS: lambda config: config.stats.disabled_tags,
    **{
        entry: operator.attrgetter(f"platform.{RENAMED.get(entry.option, entry.option)}")
        for entry in entries.BACKEND
        if entry.option not in ("auth_mode", "client_secret_location", "client_secret_env_var")
    },
}
#: What flytekit holds where nobody says anything, if it is another thing than ours, which nobody reads.
FLYTEKITS_OWN = {entries.AWS_RETRIES, entries.AWS_BACKOFF_SECONDS}

TEXTS = st.sampled_from(["", "a", "http://x:1", " spaced ", "with%percent", "100%%", "dns:///flyte"])
FLAGS = st.sampled_from(["", "true", "false", "True", "0", "1", "off", "no", "yes", "on"])
STRANGE_FLAGS = st.sampled_from(["perhaps", "f", "2"])
NUMBERS = st.sampled_from(["1", "7", "65535"])
#: What isn't checked by flytekit, and is by us.
CHECKED = {
    entries.AWS_ENDPOINT: st.sampled_from(["", "http://x:1", "https://a.b/c%20d", " http://spaced "]),
    entries.AWS_ADDRESSING_STYLE: st.sampled_from(["", "virtual", "path", "auto"]),
}
WORDS = st.sampled_from(["a", "a,b", "a, b,c"])


def values(entry: Entry, *, strange: bool) -> st.SearchStrategy[str]:
    if entry in CHECKED:
        return CHECKED[entry]
    match entry.kind:
        case Kind.FLAG:
            return FLAGS | STRANGE_FLAGS if strange else FLAGS.filter(bool)
        case Kind.INTEGER | Kind.NUMBER:
            return NUMBERS
        case Kind.WORDS:
            return WORDS
        case _:
            return TEXTS


def chosen(*, strange: bool) -> st.SearchStrategy[dict[Entry, str]]:
    return st.fixed_dictionaries({}, optional={entry: values(entry, strange=strange) for entry in PLACES})


NAMES = ["named.yaml", "named.config", "flytekit.config", ".flyte/config", ".flyte/config.yaml"]
FILES = st.lists(
    st.tuples(st.sampled_from(NAMES), chosen(strange=False)),
    max_size=3,
    unique_by=lambda file: file[0],
)


@settings(max_examples=300, deadline=None)
@given(
    said=chosen(strange=True),
    files=FILES,
    named=st.sampled_from([None, "", "named.yaml", "named.config", "nowhere.yaml"]),
    override=st.booleans(),
)
def test_every_entry_from_every_place(
    said: dict[Entry, str], files: list[tuple[str, dict[Entry, str]]], named: str | None, override: bool
) -> None:
    with home(files) as folder:
        environment = {"HOME": str(folder), **{entry.variable: value for entry, value in said.items()}}
        if named is not None:
            environment["_FLYTECTL_CONFIG_PYFLYTE_OVERRIDE" if override else "FLYTECTL_CONFIG"] = named and str(folder / named)
        with mock.patch.dict(os.environ, environment, clear=True):
            get_config_file.cache_clear()
            theirs = Config.auto()
            get_config_file.cache_clear()
            ours = Sources(environment=environment, file=find_config_file(environment))
            for entry, place in PLACES.items():
                assert effective(entry, ours) == place(theirs), entry.variable
            agree(theirs, environment)


def agree(theirs: Any, environment: Mapping[str, str]) -> None:
    """Glider's own settings, which are made of those entries."""
    ours = read_settings(environment)
    s3, azure = ours.storage.s3, ours.storage.azure
    their_s3, their_azure = theirs.data_config.s3, theirs.data_config.azure
    for name in ("endpoint", "access_key_id", "secret_access_key"):
        assert getattr(s3, name) == ((getattr(their_s3, name) or "").strip() or None)  # a Secret's may end with a line
    for name in ("account_name", "account_key", "tenant_id", "client_id", "client_secret"):
        assert getattr(azure, name) == getattr(their_azure, name)
    assert s3.addressing_style == their_s3.adressing_style
    assert ours.storage.attach_metadata == theirs.data_config.generic.attach_execution_metadata
    assert ours.secrets.default_dir == theirs.secrets.default_dir.strip()
    assert (ours.statsd.host, ours.statsd.port, ours.statsd.disabled) == (theirs.stats.host, theirs.stats.port, theirs.stats.disabled)


def test_the_table_has_every_entry_that_flytekit_has() -> None:
    from flytekit.configuration import internal
    from flytekit.configuration.file import ConfigEntry

    sections = (internal.AWS, internal.AZURE, internal.GCP, internal.Persistence, internal.Secrets, internal.StatsD)
    theirs = {
        (entry.legacy.get_env_name(), entry.yaml_entry.switch if entry.yaml_entry else None)
        for section in (*sections, internal.Platform, internal.Credentials)
        for entry in vars(section).values()
        if isinstance(entry, ConfigEntry)
    }
    assert theirs <= {(entry.variable, entry.yaml_path) for entry in ENTRIES}
    assert {entry.variable for entry in ENTRIES if entry not in PLACES} - {entry.variable for entry in FLYTEKITS_OWN} == {
        "FLYTE_STATSD_HOST",
        "FLYTE_STATSD_PORT",
        "FLYTE_STATSD_DISABLED",
        "FLYTE_STATSD_DISABLE_TAGS",
        "FLYTE_CREDENTIALS_AUTH_MODE",
        "FLYTE_CREDENTIALS_CLIENT_SECRET_LOCATION",
        "FLYTE_CREDENTIALS_CLIENT_SECRET_ENV_VAR",
    }


def test_a_yaml_file_that_is_none_counts_as_empty(tmp_path: Path) -> None:
    broken = tmp_path / "config.yaml"
    broken.write_text("a: [")
    assert read_settings({"FLYTECTL_CONFIG": str(broken)}).storage.s3.endpoint is None


def effective(entry: Entry, ours: Sources) -> Any:
    """What holds, in flytekit's types."""
    match entry.kind:
        case Kind.FLAG:
            told = ours.flag(entry)
            return entry.default == "true" if told is None else told
        case Kind.INTEGER:
            return ours.integer(entry) or int(entry.default or 0)
        case Kind.WORDS:
            text = ours.text(entry)
            return text.split(",") if text else ([] if entry.option == "scopes" else None)
        case _:
            text = ours.text(entry) or entry.default
            return text.replace("dns:///", "") if text and entry.option == "url" else text


@contextlib.contextmanager
def home(files: list[tuple[str, dict[Entry, str]]]) -> Iterator[Path]:
    """A home folder, which is the current one too, with these config files."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / ".flyte").mkdir()
        for path, content in files:
            (folder / path).write_text(as_yaml(content) if path.endswith("yaml") else as_ini(content))
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def as_ini(content: dict[Entry, str]) -> str:
    parser = configparser.RawConfigParser()
    for entry, value in content.items():
        if not parser.has_section(entry.section):
            parser.add_section(entry.section)
        parser.set(entry.section, entry.option, value)
    with tempfile.TemporaryFile("w+") as file:
        parser.write(file)
        file.seek(0)
        return file.read()


def as_yaml(content: dict[Entry, str]) -> str:
    root: dict[str, Any] = {}
    for entry, value in content.items():
        if entry.yaml_path:
            *parents, last = entry.yaml_path.split(".")
            here = root
            for parent in parents:
                here = here.setdefault(parent, {})
            here[last] = value.split(",") if entry.kind is Kind.WORDS else value
    return yaml.safe_dump(root)
