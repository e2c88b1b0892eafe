"""Secrets at flytekit's places, with flytekit's own manager as the judge."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flytekit.configuration import SecretsConfig
from flytekit.core.context_manager import SecretsManager as TheirManager
from hypothesis import given
from hypothesis import strategies as st

from glider.runtime.secrets import SecretsManager
from glider.settings.model import SecretsSettings
from tests.unit.glider.support import Workspace

NAMES = st.one_of(st.none(), st.just(""), st.sampled_from(["group", "Group", "a-b", "a.b", "v1"]))
PREFIXES = st.sampled_from(["", "_FSEC_", "My_"])


@given(group=NAMES, key=NAMES, version=NAMES, env_prefix=PREFIXES, file_prefix=PREFIXES)
def test_the_places_are_flytekits(group: str | None, key: str | None, version: str | None, env_prefix: str, file_prefix: str) -> None:
    ours = SecretsManager(SecretsSettings(env_prefix=env_prefix, file_prefix=file_prefix))
    theirs = TheirManager(SecretsConfig(env_prefix=env_prefix, file_prefix=file_prefix))
    if not (group or key or version):
        with pytest.raises(ValueError, match="expected a group or a key, found neither"):
            ours.get_secrets_file(group, key, version)
        return
    assert ours.get_secrets_env_var(group, key, version) == theirs.get_secrets_env_var(group, key, version)
    assert ours.get_secrets_file(group, key, version) == theirs.get_secrets_file(group, key, version)


@pytest.mark.parametrize(
    ("environment", "files", "expected"),
    [
        pytest.param({"_FSEC_GROUP_KEY": " env "}, {}, "env", id="a variable, stripped"),
        pytest.param({}, {"group/key": "file\n"}, "file", id="a file, stripped"),
        pytest.param({"_FSEC_GROUP_KEY": "env"}, {"group/key": "file"}, "env", id="the variable comes first"),
        pytest.param({"_FSEC_GROUP_KEY": ""}, {"group/key": "file"}, "", id="an empty variable counts"),
        pytest.param({}, {}, None, id="neither"),
    ],
)
def test_the_value_is_flytekits(tmp_path: Path, environment: dict[str, str], files: dict[str, str], expected: str | None) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ours = SecretsManager(SecretsSettings(default_dir=str(tmp_path)))
    theirs = TheirManager(SecretsConfig(default_dir=str(tmp_path)))
    with mock.patch.dict(os.environ, environment):
        assert answer(ours) == answer(theirs) == expected


def answer(manager: Any) -> str | None:
    try:
        assert manager.group.key == manager.get("group", "key")
        return manager.get("group", "key")
    except ValueError:
        return None


def test_outside_of_a_task_the_prefix_may_be_missing() -> None:
    with mock.patch.dict(os.environ, {"GROUP_KEY": "bare"}):
        assert SecretsManager(SecretsSettings(), local=True).get("group", "key") == "bare"
        with pytest.raises(ValueError, match="_FSEC_GROUP_KEY"):
            SecretsManager(SecretsSettings()).get("group", "key")


def test_bytes_come_from_files_opened_as_such(tmp_path: Path) -> None:
    (tmp_path / "group").write_bytes(b"\xff ")
    found: Any = SecretsManager(SecretsSettings(default_dir=str(tmp_path))).get("group", encode_mode="rb")
    assert found == b"\xff"


def test_a_missing_secret_is_the_users_failure_and_names_both_places(workspace: Workspace) -> None:
    workspace.write("from glider import current_context\ndef main() -> str:\n    return current_context().secrets.get('Group', 'Key')\n")
    workspace.environment = {"FLYTE_SECRETS_DEFAULT_DIR": "/nowhere", "FLYTE_SECRETS_ENV_PREFIX": "MY_", "GROUP_KEY": "not this"}
    ended = workspace.run()
    assert ended.error is not None
    assert "neither the variable MY_GROUP_KEY nor the file /nowhere/group/key" in ended.error.message
    (workspace.folder / "out" / "error.pb").unlink()  # an attempt has one end
    workspace.environment |= {"MY_GROUP_KEY": "hush"}
    ended = workspace.run()
    assert ended.outputs is not None
    assert ended.outputs.literals["o0"].scalar.primitive.string_value == "hush"
