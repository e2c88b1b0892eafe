"""What Google's and Azure's own environment variables come to in obstore's words."""

from __future__ import annotations

from typing import Any

import pytest

from glider.settings.model import Azure, SettingsError
from glider.storage.credentials import azure_config, azure_endpoint, azure_names, google_config, google_emulator

STRING = "AZURE_STORAGE_CONNECTION_STRING"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5PQ==;EndpointSuffix=core.windows.net",
            {"account_name": "a", "account_key": "a2V5PQ==", "endpoint": "https://a.blob.core.windows.net"},
            id="the portal's, whose key ends with equals signs",
        ),
        pytest.param("UseDevelopmentStorage=true", {"use_emulator": True}, id="the emulator's shorthand"),
        pytest.param(
            "BlobEndpoint=http://h/a/;AccountName=a;AccountKey=k;",
            {"account_name": "a", "account_key": "k", "endpoint": "http://h/a"},
            id="an endpoint",
        ),
        pytest.param(
            "BlobEndpoint=https://h;SharedAccessSignature=sv=1&sig=x%3D",
            {"sas_key": "sv=1&sig=x%3D", "endpoint": "https://h"},
            id="a shared access signature",
        ),
        pytest.param(" ", {}, id="nothing"),
    ],
)
def test_a_connection_string(text: str, expected: dict[str, Any]) -> None:
    assert azure_config(Azure(), {STRING: text}) == expected
    assert azure_endpoint({STRING: text}) == expected.get("endpoint")


def test_flytes_own_settings_go_before_it() -> None:
    config = azure_config(Azure(account_name="mine", tenant_id="t"), {STRING: "AccountName=a;AccountKey=k"})
    assert config == {"account_name": "mine", "account_key": "k", "tenant_id": "t"}


def test_a_connection_string_that_makes_no_sense_is_told_without_its_secret() -> None:
    with pytest.raises(SettingsError, match=STRING) as raised:
        azure_config(Azure(), {STRING: "AccountName=a;secret"})
    assert "secret" not in str(raised.value)


def test_googles_emulator_may_be_named_as_a_host_or_as_a_url() -> None:
    assert google_emulator({"STORAGE_EMULATOR_HOST": "localhost:4443"}) == "http://localhost:4443"
    assert google_emulator({"STORAGE_EMULATOR_HOST": "https://gcs/"}) == "https://gcs"
    assert google_config({}) == {}


def test_azure_gets_metadata_by_names_that_it_takes() -> None:
    assert azure_names({"Content-Type": "text/plain", "flyte-execution-name": "x"}) == {
        "Content-Type": "text/plain",
        "flyte_execution_name": "x",
    }
