"""A changed configuration is taken up, and a bad one isn't."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from glider.wire.jsonform import FieldError
from glider_core.config import Config, load_config
from glider_operator.startup.reload import ConfigFile
from tests.unit.glider_core.builders import CONFIGURATION


class Mounted:
    """A ConfigMap as the kubelet mounts it: ..data is a link to a folder, and config.yaml a link through it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.path = folder / "config.yaml"
        self._folder = folder
        self._version = 0
        self.write(**settings)
        self.path.symlink_to("..data/config.yaml")
        self.file = ConfigFile(self.path, load_config(self.path))

    def write(self, text: str | None = None, **settings: object) -> None:
        """Swap the content as the kubelet does: a new folder, a new link, and a rename over the old one."""
        self._version += 1
        version = self._folder / f"..version_{self._version}"
        version.mkdir()
        (version / "config.yaml").write_text(text or yaml.safe_dump(CONFIGURATION | settings))
        new = self._folder / "..data_tmp"
        new.symlink_to(version.name)
        new.rename(self._folder / "..data")


@pytest.fixture
def mounted(tmp_path: Path) -> Mounted:
    return Mounted(tmp_path, retries={"user": 1})


def refused() -> float | None:
    return REGISTRY.get_sample_value("glider_config_refused")


def test_an_unchanged_file_is_no_news(mounted):
    assert mounted.file.read() is None
    mounted.write(retries={"user": 1})
    assert mounted.file.read() is None


def test_a_swapped_link_is_seen(mounted):
    mounted.write(retries={"user": 2})
    config = mounted.file.read()
    assert config is not None and config.retries.user == 2
    assert mounted.file.read() is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("a: [", "expected YAML", id="no YAML"),
        pytest.param(yaml.safe_dump(CONFIGURATION | {"retires": {}}), "did you mean retries?", id="an unknown key"),
        pytest.param("kind: Configuration", "apiVersion: expected glider.dev/v1alpha1, found nothing", id="half a document"),
    ],
)
def test_a_bad_file_is_refused_once_and_a_good_one_is_taken_after_it(mounted, caplog, text, why):
    mounted.write(text)
    assert mounted.file.read() is None
    assert mounted.file.read() is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert why in caplog.text
    assert refused() == 1
    mounted.write(retries={"user": 1})
    config = mounted.file.read()
    assert config is not None and config.retries.user == 1
    assert refused() == 0


def test_what_is_wrong_is_said_for_as_long_as_it_is(mounted):
    assert mounted.file.problem == ""
    mounted.write(podRetention={"failed": "3days"})
    assert mounted.file.read() is None
    assert (
        'podRetention.failed: expected a duration such as 90s, 5m or 1h30m, of at most a hundred years, found "3days"'
        in mounted.file.problem
    )
    assert str(mounted.path) in mounted.file.problem
    mounted.write(retries={"user": 1})
    mounted.file.read()
    assert mounted.file.problem == ""


@pytest.fixture
def last_good(tmp_path: Path) -> Path:
    return tmp_path / "last-good.yaml"


def test_a_start_beside_a_bad_file_goes_on_with_the_last_good_one(mounted, last_good):
    ConfigFile.open(mounted.path, last_good=last_good)
    mounted.write(retries={"user": 2})
    file = ConfigFile.open(mounted.path, last_good=last_good)
    mounted.write(retries={"user": "3"})
    assert file.read() is None
    again = ConfigFile.open(mounted.path, last_good=last_good)
    assert again.config.retries.user == 2
    assert "retries.user: expected a whole number" in again.problem
    mounted.write(retries={"user": 3})
    assert (config := again.read()) is not None and config.retries.user == 3
    assert again.problem == ""


def test_without_a_last_good_one_a_start_beside_a_bad_file_is_none(mounted, last_good):
    mounted.write(retires={})
    with pytest.raises(FieldError, match="did you mean retries"):
        ConfigFile.open(mounted.path, last_good=last_good)
    last_good.write_text("retires: {}")
    with pytest.raises(FieldError, match="did you mean retries"):
        ConfigFile.open(mounted.path, last_good=last_good)


def test_a_copy_that_can_not_be_written_stops_nothing(mounted, tmp_path, caplog):
    assert ConfigFile.open(mounted.path, last_good=tmp_path / "none" / "last-good.yaml").config.retries.user == 1
    assert "could not save the configuration" in caplog.text


async def test_a_refusal_is_reported_once_for_each_reason(mounted):
    refused: asyncio.Queue[str] = asyncio.Queue()
    following = asyncio.create_task(mounted.file.follow(lambda _: None, refuse=refused.put, interval=0.01))
    async with asyncio.timeout(10):
        for wrong in ("a", "b"):
            mounted.write(retries={"user": wrong})
            assert f'found "{wrong}"' in await refused.get()
    following.cancel()
    assert refused.empty()


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(mounted, caplog):
    mounted.path.unlink()
    assert mounted.file.read() is None
    assert mounted.file.read() is None
    assert len(caplog.records) == 1
    mounted.path.symlink_to("..data/config.yaml")
    assert mounted.file.read() is not None


def test_what_needs_a_restart_is_said_so(mounted, caplog):
    mounted.write(watchNamespaces=["a"], metrics={"bindAddress": ":9090"}, retries={"user": 1})
    assert mounted.file.read() is not None
    assert "restart the operator to apply the changes of metrics.bindAddress, watchNamespaces" in caplog.text


async def test_followers_are_called(mounted):
    taken: asyncio.Queue[Config] = asyncio.Queue()
    following = asyncio.create_task(mounted.file.follow(taken.put_nowait, interval=0.01))
    mounted.write(retries={"user": 3})
    async with asyncio.timeout(10):
        assert (await taken.get()).retries.user == 3
    following.cancel()
