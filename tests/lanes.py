"""Which tests keep to one worker where pytest-xdist deals them out to several (`make test`); all others go where there is room.

Tests on the cluster share its node and its one installed Glider. They mostly wait, so their worker leaves its core to the others.
Those that need an API server only, and those under fire, have private control planes, one a lane, each of which takes a core while
it starts. On a cluster of the user's own all but those under fire share it, and so one lane.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

from tests.cluster.fixtures import is_users_own

ON_THE_CLUSTER = "the cluster"
API_SERVER_ONLY = "a control plane for what needs no node"
CONSOLE = "a control plane for the console"
ADMIN = "a control plane for the front of flytekit's clients"
#: The first that matches the test's path counts. They begin in this order: the one that takes longest first, however few tests it has.
LANES = {
    ON_THE_CLUSTER: re.compile(r"tests/e2e/"),
    API_SERVER_ONLY: re.compile(r"tests/integration/(?!admin/|chart/|console/|fire/|glider/|glider_operator/)"),
    "a control plane for what is under fire": re.compile(r"tests/integration/fire/(?!test_crash_points)"),
    ADMIN: re.compile(r"tests/integration/admin/"),
    CONSOLE: re.compile(r"tests/integration/console/"),
    "a control plane for the crash points": re.compile(r"tests/integration/fire/test_crash_points"),
}


def lane_of(nodeid: str) -> str | None:
    """The lane that a test keeps to, if any."""
    found = next((name for name, path in LANES.items() if path.match(nodeid)), None)
    return ON_THE_CLUSTER if found in {API_SERVER_ONLY, CONSOLE, ADMIN} and is_users_own() else found


def turn_of(nodeid: str) -> int:
    """When a test's turn is: that of its lane, and at last what is in none."""
    lane = lane_of(nodeid)
    return len(LANES) if lane is None else list(LANES).index(lane)


class LanesScheduling(LoadScopeScheduling):  # type: ignore[misc]  # has no types
    """Deals out lanes, as a whole each, and what is in none one by one, in the order in which they are collected."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid) or nodeid
