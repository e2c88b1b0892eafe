from __future__ import annotations

from pathlib import Path

import pytest

from glider.settings.model import Engine, LogFormat, Offloading, SecretsSettings, SettingsError, StatsdSettings
from glider.settings.reading import read_reporting, read_settings, settings_or_default


def test_nothing_said_means_flytekits_defaults() -> None:
    settings = read_settings({})
    assert settings.statsd == StatsdSettings(host="localhost", port=8125, configured=False)
    assert (settings.logging.level, settings.logging.format) == (30, LogFormat.JSON)
    assert settings.storage.s3.region == "us-east-1"
    assert settings.storage.configured


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"FLYTE_INTERNAL_EXECUTION_ID": "long", "_F_NM": "short"}, "long", id="the long name wins"),
        pytest.param({"_F_NM": "short"}, "short", id="the short name alone"),
        pytest.param({"FLYTE_INTERNAL_EXECUTION_ID": "", "_F_NM": "short"}, "", id="an empty long name is a name, as in flytekit"),
    ],
)
def test_the_executions_name(environment: dict[str, str], expected: str) -> None:
    assert read_settings(environment).identity.execution_name == expected


@pytest.mark.parametrize("section", ["STATSD", "SECRETS"], ids=["our names", "the names that flytekit reads"])
def test_statsd(section: str) -> None:
    names = {"HOST": "sink", "PORT": "9125", "DISABLED": "true", "DISABLE_TAGS": "1"}
    statsd = read_settings({f"FLYTE_{section}_{name}": value for name, value in names.items()}).statsd
    assert statsd == StatsdSettings(host="sink", port=9125, configured=True, disabled=True, tags_disabled=True)


def test_flyte_statsd_wins_over_its_alias() -> None:
    assert read_settings({"FLYTE_STATSD_HOST": "a", "FLYTE_SECRETS_HOST": "b"}).statsd.host == "a"


INI = "[aws]\nendpoint = http://ini\naccess_key_id = key\n[statsd]\nport = 1\n"
YAML = "storage:\n  connection:\n    endpoint: http://yaml\n    access-key: key\n"


@pytest.mark.parametrize(("name", "text", "endpoint"), [("flyte.config", INI, "http://ini"), ("config.yaml", YAML, "http://yaml")])
def test_a_config_file_stands_behind_the_environment(tmp_path: Path, name: str, text: str, endpoint: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    s3 = read_settings({"FLYTECTL_CONFIG": str(path), "FLYTE_AWS_ACCESS_KEY_ID": "mine"}).storage.s3
    assert (s3.endpoint, s3.access_key_id) == (endpoint, "mine")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"FLYTE_STATSD_PORT": "x"}, 'FLYTE_STATSD_PORT: expected an integer, found "x"'),
        ({"FLYTE_AWS_BACKOFF_SECONDS": "soon"}, 'FLYTE_AWS_BACKOFF_SECONDS: expected a number, found "soon"'),
        ({"_F_L_MIN_SIZE_MB": ""}, '_F_L_MIN_SIZE_MB: expected an integer, found ""'),
        ({"GLIDER_STORAGE_ENGINE": "s5cmd"}, 'GLIDER_STORAGE_ENGINE: expected "obstore" or "fsspec", found "s5cmd"'),
        ({"FLYTE_ATTEMPT_NUMBER": "one"}, 'FLYTE_ATTEMPT_NUMBER: expected an integer, found "one"'),
    ],
)
def test_a_value_that_makes_no_sense_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings(environment)
    assert str(raised.value) == message


def test_a_flag_in_an_ini_file_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "flyte.config"
    path.write_text("[secrets]\ndisabled = perhaps\n")
    with pytest.raises(SettingsError) as raised:
        read_settings({"FLYTECTL_CONFIG": str(path)})
    assert str(raised.value) == f'{path}: [secrets] disabled: expected true or false, found "perhaps"'


def test_where_secrets_are() -> None:
    names = {"ENV_PREFIX": "MY_", "DEFAULT_DIR": "/etc/flyte/secrets", "FILE_PREFIX": "f-"}
    secrets = read_settings({f"FLYTE_SECRETS_{name}": value for name, value in names.items()}).secrets
    assert secrets == SecretsSettings(env_prefix="MY_", default_dir="/etc/flyte/secrets", file_prefix="f-")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, None, id="off unless somebody sets the lower limit"),
        pytest.param({"_F_L_MAX_SIZE_MB": "5"}, None, id="the upper limit alone does nothing"),
        pytest.param({"_F_L_MIN_SIZE_MB": "1"}, Offloading(least_bytes=1 << 20, most_bytes=1000 << 20), id="the lower limit alone"),
        pytest.param({"_F_L_MIN_SIZE_MB": "1", "_F_L_MAX_SIZE_MB": "2"}, Offloading(least_bytes=1 << 20, most_bytes=2 << 20), id="both"),
    ],
)
def test_offloading(environment: dict[str, str], expected: Offloading | None) -> None:
    assert read_settings(environment).offloading == expected


def test_levels_may_be_names() -> None:
    assert read_settings({"FLYTE_SDK_LOGGING_LEVEL": "debug"}).logging.level == 10


def test_storage() -> None:
    storage = read_settings({"GLIDER_STORAGE": "none", "GLIDER_STORAGE_ENGINE": "fsspec"}).storage
    assert (storage.configured, storage.engine) == (False, Engine.FSSPEC)


def test_how_to_report_never_fails() -> None:
    reporting = read_reporting({"FLYTE_FAIL_ON_ERROR": "perhaps", "GLIDER_EXECUTION": "ns/x", "HOSTNAME": "pod"})
    assert (reporting.under_glider, reporting.fail_on_error, reporting.worker) == (True, False, "pod")
    assert reporting.termination_log == "/dev/termination-log"


def test_a_distributed_worker_has_the_name_it_is_given() -> None:
    reporting = read_reporting({"_F_DES": "Earliest", "_F_WN": "worker-3", "HOSTNAME": "pod"})
    assert (reporting.distributed, reporting.worker) == (True, "worker-3")


@pytest.mark.parametrize(
    "url", ["http://minio:9000", "https://s3.example.com", "http://[::1]:9000", "http://my_minio/", "HTTP://x/base", " http://minio:9000\n"]
)
def test_an_endpoint_is_a_url(url: str) -> None:
    assert read_settings({"FLYTE_AWS_ENDPOINT": url}).storage.s3.endpoint == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "minio:9000",
        "minio",
        "//minio:9000",
        "http://",
        "http:/minio",
        "ftp://minio",
        "http://minio:port",
        "http://a b",
        "http://h:99999",
        "http://[::1",
    ],
)
def test_an_endpoint_that_is_none_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match=r"^FLYTE_AWS_ENDPOINT: expected a URL such as http://minio:9000 or .*, found "):
        read_settings({"FLYTE_AWS_ENDPOINT": url})


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("FLYTE_AWS_ADDRESSING_STYLE", "host", '"virtual", "path" or "auto"'),
        ("FLYTE_AWS_RETRIES", "-1", "a number of 0 or more"),
        ("FLYTE_AWS_BACKOFF_SECONDS", "nan", "a number of 0 or more"),
        ("FLYTE_AWS_BACKOFF_SECONDS", "-0.5", "a number of 0 or more"),
        ("FLYTE_AWS_BACKOFF_SECONDS", "inf", "a number of 0 or more"),
    ],
)
def test_a_setting_of_the_store_that_makes_no_sense_is_named(variable: str, value: str, expected: str) -> None:
    with pytest.raises(SettingsError, match=f'^{variable}: expected {expected}, found "{value}"'):
        read_settings({variable: value})


def test_keys_lose_the_line_end_that_a_secret_has() -> None:
    s3 = read_settings({"FLYTE_AWS_ACCESS_KEY_ID": "key\n", "FLYTE_AWS_SECRET_ACCESS_KEY": "secret\n"}).storage.s3
    assert (s3.access_key_id, s3.secret_access_key) == ("key", "secret")


def test_who_only_tells_an_end_still_knows_the_store() -> None:
    environment = {"FLYTE_AWS_ENDPOINT": "http://minio:9000", "FLYTE_STATSD_PORT": "many"}
    assert settings_or_default(environment).storage.s3.endpoint == "http://minio:9000"
    unusable = settings_or_default({"FLYTE_AWS_ENDPOINT": "minio:9000"}).storage.unusable
    assert unusable.startswith("FLYTE_AWS_ENDPOINT: expected a URL")
