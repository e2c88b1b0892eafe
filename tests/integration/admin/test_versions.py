"""The front's own version, as `flytectl version` asks for it."""

from __future__ import annotations

from flyteidl.admin import version_pb2

from glider.version import __version__
from tests.integration.admin.conftest import Address, stubs


def test_its_version_is_gliders(front: Address) -> None:
    with stubs(front, "") as nobody:
        assert nobody.admin.GetVersion(version_pb2.GetVersionRequest()).control_plane_version.Version == __version__
