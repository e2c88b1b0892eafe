"""The command line: `python -m tests.drills [NAME …]`, all by default."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial

from tests.drills import etcd_backup, long_outage, lost_crds, lost_store, resources_backup
from tests.drills.site import Site, site

ON_THE_NODE = "lost-store"
DRILLS: dict[str, Callable[[Site], None]] = {
    "etcd-backup": etcd_backup.drill,
    "etcd-backup-as-it-is": partial(etcd_backup.drill, raised=False),
    "lost-crds": lost_crds.drill,
    "resources-backup": resources_backup.drill,
    "long-outage": long_outage.drill,
}


def main() -> int:
    """1 if a promise doesn't hold."""
    names = [*DRILLS, ON_THE_NODE]
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description="Disasters, each on a control plane of its own.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all by default: {', '.join(names)} (on the real node)")
    chosen = parser.parse_args().names or names
    if unknown := sorted(set(chosen) - set(names)):
        parser.error(f"expected names of {', '.join(names)}, found {', '.join(unknown)}")
    wrong = 0
    for name in chosen:
        print(f"--- {name}", flush=True)
        wrong += lost_store.drill() if name == ON_THE_NODE else _on_its_own(DRILLS[name])
    print(f"{wrong} promises don't hold" if wrong else "all is as documented")
    return min(wrong, 1)


def _on_its_own(drill: Callable[[Site], None]) -> int:
    with site() as made:
        drill(made)
        if made.wrong:
            print(made.operator.log[-5000:])
        return len(made.wrong)


if __name__ == "__main__":
    sys.exit(main())
