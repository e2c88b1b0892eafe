"""Whether the operator has keys of its own for a store: else its client would ask the node's metadata service."""

from __future__ import annotations

import pytest

from glider.settings.reading import read_settings
from glider_core.store.identity import has_identity

KEYS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}


@pytest.mark.parametrize(
    ("uri", "variables", "known"),
    [
        pytest.param("s3://b/x", {}, False, id="nothing"),
        pytest.param("s3://b/x", {"FLYTE_AWS_ACCESS_KEY_ID": "k", "FLYTE_AWS_SECRET_ACCESS_KEY": "s"}, True, id="Flyte's keys"),
        pytest.param("s3a://b/x", KEYS, True, id="AWS' keys"),
        pytest.param("s3://b/x", {"AWS_ACCESS_KEY_ID": "k"}, False, id="half of a pair"),
        pytest.param("s3://b/x", {"AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "r"}, True, id="a token of the service account"),
        pytest.param("s3://b/x", {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1"}, True, id="EKS' pod identity"),
        pytest.param("gs://b/x", KEYS, False, id="keys of another store"),
        pytest.param("gs://b/x", {"GOOGLE_APPLICATION_CREDENTIALS": "/g.json"}, True, id="a key of Google's"),
        pytest.param("az://c/x", {"FLYTE_AZURE_STORAGE_ACCOUNT_KEY": "k"}, True, id="a key of Azure's"),
        pytest.param("abfss://c@a/x", {"AZURE_FEDERATED_TOKEN_FILE": "/t"}, True, id="a token for Azure"),
        pytest.param("az://c/x", {"FLYTE_AZURE_STORAGE_ACCOUNT_NAME": "a"}, False, id="an account without a key"),
    ],
)
def test_who_it_is(uri, variables, known, tmp_path):
    environment = {"HOME": str(tmp_path)} | variables
    assert has_identity(uri, read_settings(environment).storage, environment) is known


def test_a_profile_is_known(tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id = k\naws_secret_access_key = s\n")
    environment = {"HOME": str(tmp_path)}
    assert has_identity("s3://b/x", read_settings(environment).storage, environment)
