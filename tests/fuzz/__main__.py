"""`python -m tests.fuzz [--seed N] [--count N | --minutes N]`: make cases, and tell of each that ends as none may."""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from itertools import count

from tests.chance import SEED
from tests.fuzz.cases import make_case
from tests.fuzz.ends import end_of


def main() -> int:
    """The number of faults, of which each kind is told once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default=str(SEED), help="the run's seed, or SEED/NUMBER for a single case")
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--minutes", type=float)
    options = parser.parse_args()
    if "/" in options.seed:
        case = make_case(options.seed)
        print(json.dumps(vars(case), indent=1))
        print(end_of(case))
        return 0
    print(f"seed {options.seed}", flush=True)
    until = time.monotonic() + 60 * options.minutes if options.minutes else None
    faults: dict[str, int] = {}
    pods = made = 0
    for number in count():
        if number >= options.count if until is None else time.monotonic() > until:
            break
        made += 1
        try:
            pods += end_of(make_case(f"{options.seed}/{number}")).pod is not None
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} at {frame.filename.rpartition('/')[2]}:{frame.lineno}"
            faults[kind] = faults.get(kind, 0) + 1
            if faults[kind] == 1:
                print(f"--seed {options.seed}/{number}: {kind}: {str(error)[:300]}", flush=True)
    print(f"{made} cases, {pods} pods, faults: {faults or 'none'}")
    return min(len(faults), 100)


if __name__ == "__main__":
    sys.exit(main())
