"""No operator for a while, with hundreds of live executions, to which things happen meanwhile.

An hour is played in a minute: what counts is what has happened, and the operator keeps nothing that would grow old.
"""

from __future__ import annotations

import time
from collections import Counter

from tests.drills.site import LIVING, Site, path

LIVE, EACH = 500, 50
_AWAY = 60.0


def drill(site: Site) -> None:
    names = [f"live-{number:03}" for number in range(LIVE)]
    ended, lost, cancelled, suspended, deleted = (set(names[start : start + EACH]) for start in range(0, 5 * EACH, EACH))
    site.create(LIVING, *names)
    site.wait(f"{LIVE} run", lambda: site.are_all(LIVING, "Running") and len(site.pods(LIVING)) == LIVE, timeout=300)

    site.operator.stop()
    stopped = time.monotonic()
    site.note("operator stopped")
    site.end_pods(LIVING, *ended)
    for pod in site.pods(LIVING):
        if pod["metadata"]["labels"]["glider.dev/execution"] in lost:
            site.api.delete(f"/api/v1/namespaces/{LIVING}/pods/{pod['metadata']['name']}", grace=0)
    for name in cancelled:
        site.api.patch(f"{path(LIVING)}/{name}", {"spec": {"cancel": True}})
    for name in suspended:
        site.api.patch(f"{path(LIVING)}/{name}", {"spec": {"suspend": True}})
    for name in deleted:
        site.api.delete(f"{path(LIVING)}/{name}")
    created = {f"new-{number:03}" for number in range(EACH)}
    site.create(LIVING, *created)
    site.note(f"{EACH} tasks have ended, {EACH} pods were lost, {EACH} executions cancelled, suspended, deleted and created each")
    time.sleep(max(0.0, _AWAY - (time.monotonic() - stopped)))

    site.operator.start()
    site.note(f"operator started after {time.monotonic() - stopped:.0f} s")
    site.wait("the operator is ready", site.operator.is_ready, found=site.operator.why_not_ready)
    going_on = set(names) - ended - cancelled - suspended - deleted
    expected = (
        dict.fromkeys(going_on | created, "Running")
        | dict.fromkeys(ended, "Succeeded")
        | dict.fromkeys(cancelled, "Aborted")
        | dict.fromkeys(suspended, "Suspended")
    )
    site.wait(
        "each is in the phase that it would be in",
        lambda: site.phases(LIVING) == expected,
        timeout=300,
        found=lambda: _differ(site, expected),
    )
    pods = site.pods_by_execution(LIVING)
    with_pods = {name: pods[name] for name in (going_on | created)}
    site.check("those that run have one pod each", holds=set(with_pods.values()) == {1}, found=Counter(with_pods.values()))
    site.check("the deleted ones have none", holds=not deleted & set(pods), found=deleted & set(pods))
    attempts = Counter(
        (("lost" if name in lost else "others"), len(one["status"].get("attempts", ()))) for name, one in site.executions(LIVING).items()
    )
    site.check("those that lost their pod have had another attempt, and nobody else", holds=_as_lost(attempts), found=attempts)


def _as_lost(attempts: Counter[tuple[str, int]]) -> bool:
    return {number for who, number in attempts if who == "lost"} == {2} and {number for who, number in attempts if who == "others"} <= {
        0,
        1,
    }


def _differ(site: Site, expected: dict[str, str]) -> Counter[tuple[str, str]]:
    found = site.phases(LIVING)
    return Counter((found.get(name, ""), phase) for name, phase in expected.items() if found.get(name) != phase)
