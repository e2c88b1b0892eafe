"""Where uploads go by the operator's configuration, and the key of addresses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import yaml

from glider.wire.jsonform import FieldError
from glider_admin.data.files import Files, files_of
from glider_admin.data.seals import Capability, SealError
from glider_admin.errors import RefusedError
from glider_admin.settings import Limits, Settings, Uploads
from glider_core.api.code import MOST_BYTES_IN_CONFIG_MAPS
from glider_core.api.places import parse_place


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", "/keys.json")


def files(folder: Path, *, storage: Any = None, defaults: Any = None, **settings: Any) -> Files:
    config = None
    if storage is not None:
        config = folder / "config.yaml"
        document = {"apiVersion": "glider.dev/v1alpha1", "kind": "Configuration", "storage": storage, "namespaceDefaults": defaults or []}
        config.write_text(yaml.safe_dump(document))
    own: Any = None
    return files_of(Settings(operator_config_file=config, **settings), own=own, url="http://front:8088")


@pytest.mark.parametrize(
    ("storage", "folder"),
    [
        (None, None),
        ({}, None),
        ({"rawOutputDataPrefix": "s3://raw/data/"}, "s3://raw/data/team-a/uploads"),
        ({"metadataPrefix": "gs://meta"}, "gs://meta/team-a/uploads"),
        ({"metadataPrefix": "s3://meta", "rawOutputDataPrefix": "s3://raw"}, "s3://raw/team-a/uploads"),
        ({"rawOutputDataPrefix": "file:///data"}, None),
    ],
    ids=["no configuration", "no prefix", "raw data", "metadata alone", "both", "a volume"],
)
def test_uploads_go_below_the_namespaces_folder_of_raw_data(tmp_path: Path, storage: Any, folder: str | None) -> None:
    found = files(tmp_path, storage=storage).uploads("team-a")
    assert (str(found.folder) if found else None) == folder


def test_a_store_without_keys_for_the_front_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    found = files(tmp_path, storage={"rawOutputDataPrefix": "s3://raw"})
    assert found.uploads("team-a") is None
    assert found.reaches(parse_place("gs://other"), node_identity=False)
    assert found.reaches(parse_place("s3://raw"), node_identity=True)


def test_a_namespace_may_have_a_prefix_of_its_own(tmp_path: Path) -> None:
    defaults = [{"namespaces": ["team-b"], "storage": {"rawOutputDataPrefix": "s3://theirs"}}]
    found = files(tmp_path, storage={"rawOutputDataPrefix": "s3://all"}, defaults=defaults)
    assert [str(uploads.folder) for name in ("team-a", "team-b") if (uploads := found.uploads(name))] == [
        "s3://all/team-a/uploads",
        "s3://theirs/team-b/uploads",
    ]


def test_a_configuration_that_can_not_be_used_is_refused_with_words(tmp_path: Path) -> None:
    found = files(tmp_path, storage={"rawOutputDataPrefix": "s3://all"})
    (tmp_path / "config.yaml").write_text("kind: Other")
    with pytest.raises(RefusedError, match="The operator's configuration can't be used"):
        found.uploads("team-a")


def test_no_upload_is_larger_than_config_maps_hold(tmp_path: Path) -> None:
    assert files(tmp_path).most_upload == MOST_BYTES_IN_CONFIG_MAPS
    assert files(tmp_path, limits=Limits(upload_bytes=10)).most_upload == 10


def test_a_url_that_is_configured_counts(tmp_path: Path) -> None:
    found = files(tmp_path, url="https://flyte.example.com/")
    assert found.path_in("https://flyte.example.com/files/a/b") == "a/b"
    assert found.path_in("http://front:8088/files/a/b") is None
    link = found.link(parse_place("s3://bucket/a/outputs.pb"), node_identity=False)
    assert link.startswith("https://flyte.example.com/stored/")
    assert link.endswith("/outputs.pb")


def test_replicas_with_one_key_open_each_others_addresses(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 32)
    one, two = (files(tmp_path, uploads=Uploads(key_file=tmp_path / "key")) for _ in range(2))
    capability = Capability(token="t", namespace="n", identity="i", md5="", most=1, expires=9)
    assert two.seals.open(one.seals.seal(capability), Capability, now=0) == capability


def test_without_a_key_a_process_has_its_own_and_warns(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        one, two = files(tmp_path), files(tmp_path)
    assert "uploads.keyFile isn't set" in caplog.text
    capability = Capability(token="t", namespace="n", identity="i", md5="", most=1, expires=9)
    with pytest.raises(SealError):
        two.seals.open(one.seals.seal(capability), Capability, now=0)


@pytest.mark.parametrize(("content", "message"), [(None, "expected a file that can be read"), (b"short", "at least 32 random bytes")])
def test_a_key_that_can_not_be_used_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(FieldError, match=f"uploads.keyFile: .*{message}"):
        files(tmp_path, uploads=Uploads(key_file=tmp_path / "key"))
