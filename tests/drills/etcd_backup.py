"""etcd is restored from an older backup, while everything else goes on as if nothing had happened.

What was created since is gone, what was deleted is back, and what was over runs again by its status. Resource versions begin again
below those that everybody has seen, unless the restore raises them, as etcd's documentation asks of users of Kubernetes.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.cluster import tools
from tests.drills.site import BRIEF, LIVING, Site

_RAISED = ("--bump-revision=1000000", "--mark-compacted")


def drill(site: Site, *, raised: bool = True) -> None:
    """Restored with or without raised revisions."""
    programs = tools.build("etcd-backup")
    site.create(BRIEF, *(f"before-{number}" for number in range(5)))
    site.create(LIVING, *(f"live-{number}" for number in range(10)))
    site.create(LIVING, "resumed", suspend=True)
    site.wait("all are over, or run", lambda: site.are_all(BRIEF, "Succeeded") and _live(site) == 10)
    snapshot = save(site, programs["etcdctl"])
    site.note("backup made: 5 have succeeded, 10 run, 1 is suspended")

    site.create(LIVING, *(f"later-{number}" for number in range(3)))
    site.api.patch(f"/apis/glider.dev/v1alpha1/namespaces/{LIVING}/taskexecutions/resumed", {"spec": {"suspend": False}})
    for name in ("live-0", "live-1"):
        site.api.delete(f"/apis/glider.dev/v1alpha1/namespaces/{LIVING}/taskexecutions/{name}")
    site.end_pods(LIVING, "live-2", "live-3")
    site.wait(
        "the later ones run, and two of the earlier ones have ended", lambda: _live(site) == 6 + 3 + 1 and not _deleted_have_pods(site)
    )

    restarts = site.operator.restarts
    site.replace_etcd(lambda data: restore(site, programs["etcdutl"], snapshot, data, raised=raised))
    site.note(f"etcd restored {'with' if raised else 'without'} raised revisions")
    expected = {f"live-{number}": "Running" for number in range(10)} | {"resumed": "Suspended"}
    site.wait("the executions are those of the backup", lambda: site.phases(LIVING) == expected, found=lambda: site.phases(LIVING))
    site.wait("the operator is ready", site.operator.is_ready, found=site.operator.why_not_ready)
    site.note(f"it was restarted {site.operator.restarts - restarts} times")

    site.create(BRIEF, *(f"after-{number}" for number in range(5)))
    site.wait("new executions run to their end", lambda: site.are_all(BRIEF, "Succeeded"), found=lambda: site.phases(BRIEF))
    site.end_pods(LIVING)
    ended = dict.fromkeys(expected, "Succeeded") | {"resumed": "Suspended"}
    site.wait("those that ran at the backup end as their pods do", lambda: site.phases(LIVING) == ended, found=lambda: site.phases(LIVING))
    pods = site.pods_by_execution(LIVING)
    site.check("each has the one pod that it had", holds=pods == {name: 1 for name in ended if name != "resumed"}, found=pods)
    site.create(LIVING, *(f"later-{number}" for number in range(3)))
    site.wait("what was lost runs once it is applied again", lambda: _live(site) == 3, found=lambda: site.phases(LIVING))


def save(site: Site, etcdctl: Path) -> Path:
    """A backup, as of a live etcd."""
    layout = site.plane.layout
    certificate = [f"--cacert={layout.pki}/ca.crt", f"--cert={layout.pki}/apiserver-etcd.crt", f"--key={layout.pki}/apiserver-etcd.key"]
    file = site.folder / "snapshot.db"
    command = [str(etcdctl), f"--endpoints=https://127.0.0.1:{layout.ports.etcd}", *certificate, "snapshot", "save", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    return file


def restore(site: Site, etcdutl: Path, snapshot: Path, data: Path, *, raised: bool) -> None:
    """Puts the backup in the place of what etcd has."""
    shutil.rmtree(data)
    peer = f"https://127.0.0.1:{site.plane.layout.ports.etcd_peer}"
    member = ["--name=glider", f"--initial-cluster=glider={peer}", f"--initial-advertise-peer-urls={peer}", f"--data-dir={data}"]
    subprocess.run(
        [str(etcdutl), "snapshot", "restore", str(snapshot), *member, *(_RAISED if raised else ())], check=True, capture_output=True
    )


def _live(site: Site) -> int:
    return sum(phase == "Running" for phase in site.phases(LIVING).values())


def _deleted_have_pods(site: Site) -> bool:
    return bool({"live-0", "live-1"} & set(site.pods_by_execution(LIVING)))
