"""Which tests keep to one worker where pytest-xdist deals them out to several (`make test`); all others go where there is room.

Tests on the cluster share its node and its one installed Glider. They mostly wait, so their worker leaves its core to the others.
Tests under fire have private control planes, one a lane, each of which takes a core while it starts.
"""

from __future__ import annotations

import re

from xdist.scheduler import LoadScopeScheduling

#: The first that matches the test's path counts.
LANES = {
    "the cluster": re.compile(r"tests/e2e/|tests/integration/test_\w+\.py"),
    "a control plane for the crash points": re.compile(r"tests/integration/fire/test_crash_points"),
    "a control plane for the rest": re.compile(r"tests/integration/fire/"),
    "a control plane for installations": re.compile(r"tests/integration/install/"),
}


def lane_of(nodeid: str) -> str | None:
    """The lane that a test keeps to, if any."""
    return next((name for name, path in LANES.items() if path.match(nodeid)), None)


class LanesScheduling(LoadScopeScheduling):  # type: ignore[misc]  # has no types
    """Deals out the longest lanes first, as a whole each, and then what is in none one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return lane_of(nodeid) or nodeid
