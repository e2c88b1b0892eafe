"""Where an execution's files are."""

from __future__ import annotations

import pytest

from glider_core.api.task import Storage
from glider_core.resolve.storage import fnv32a, paths_of, shard
from tests.unit.glider_core.builders import make_execution


@pytest.mark.parametrize(("text", "hashed"), [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)])
def test_fnv32a_is_gos(text, hashed):
    assert fnv32a(text.encode()) == hashed


def test_a_shard_is_two_digits_of_base_36_letters_first():
    assert {len(shard(str(number))) for number in range(100)} == {2}
    assert shard("a") == "hq"


def test_the_layout():
    storage = Storage(metadata_prefix="s3://bucket/meta/", raw_output_data_prefix="s3://bucket/raw")
    paths = paths_of(make_execution(), storage, inputs_uri=None)
    unique = "default-divide-0f9d2c4e-1"
    assert paths.inputs == "s3://bucket/meta/default/divide-0f9d2c4e/inputs.pb"
    assert paths.outputs(1) == "s3://bucket/meta/default/divide-0f9d2c4e/1/outputs.pb"
    assert paths.checkpoint(1) == f"{paths.raw_output(1)}/_flytecheckpoints"
    assert paths.raw_output(1) == f"s3://bucket/raw/{shard(unique)}/{unique}"
    assert paths.stored


@pytest.mark.parametrize("prefix", ["metadata_prefix", "raw_output_data_prefix"])
def test_one_prefix_serves_for_both(prefix):
    paths = paths_of(make_execution(), Storage(**{prefix: "s3://only"}), inputs_uri=None)
    assert paths.inputs.startswith("s3://only/")
    assert paths.raw_output(0).startswith("s3://only/")


def test_without_a_store_everything_is_in_the_pod():
    paths = paths_of(make_execution(), Storage(), inputs_uri=None)
    assert not paths.stored
    assert paths.outputs(0) == "/var/run/glider-data/default/divide-0f9d2c4e/0/outputs.pb"
