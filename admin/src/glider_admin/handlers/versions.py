"""The front's own version."""

from __future__ import annotations

from collections.abc import Mapping

from flyteidl.admin import version_pb2

from glider.version import __version__
from glider_admin.front import Call
from glider_admin.handlers.handler import Handler


async def get_version(call: Call, request: version_pb2.GetVersionRequest) -> version_pb2.GetVersionResponse:
    """Glider's version, where FlyteAdmin has its own."""
    return version_pb2.GetVersionResponse(control_plane_version=version_pb2.Version(Version=__version__))


HANDLERS: Mapping[str, Handler] = {"GetVersion": get_version}
