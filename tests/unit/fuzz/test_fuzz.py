"""5,000 specifications, templates and configurations that are nearly right: each comes to a pod, or is refused by the name of a field.

What an execution must never do is to come to neither: it would stay Pending. `make fuzz FUZZ="--minutes 60"` makes more of them.
"""

from __future__ import annotations

import pytest

from tests.chance import SEED
from tests.fuzz.cases import Case, make_case
from tests.fuzz.ends import end_of

CASES, PORTIONS = 5_000, 10
#: What once ended as none may; or a part of the generator that is to be tried whatever the seed.
KNOWN = {
    "1e20 in a struct": {"interface": {"a": "struct"}, "inputs": {"a": {"e": 10**20}}},
    "a moment before all time": {"interface": {"t": "datetime"}, "inputs": {"t": "0001-01-01T00:00:00+14:00"}},
    "a duration longer than all time": {"interface": {"d": "duration"}, "inputs": {"d": "999999999999999h"}},
    "a type of 200 levels": {"interface": {"a": "list[" * 200 + "integer" + "]" * 200}, "inputs": {"a": []}},
}


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_a_case_comes_to_a_pod_or_names_a_field(portion: int, record_property):
    faults, pods = [], 0
    size = CASES // PORTIONS
    for number in range(portion * size, (portion + 1) * size):
        seed = f"{SEED}/{number}"
        try:
            pods += end_of(make_case(seed)).pod is not None
        except Exception as error:
            faults.append(f"python -m tests.fuzz --seed {seed}: {type(error).__name__}: {error}")
    record_property("seed", SEED)
    assert faults == []
    assert pods > size // 20, "hardly anything of it is right"


@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_what_once_came_to_neither(known):
    task = {
        "id": {"project": "p", "domain": "d", "name": "t", "version": "v"},
        "interface": {"inputs": known["interface"]},
        "container": {"image": "i", "args": ["x"]},
    }
    end_of(Case(spec={"task": task, "inputs": known["inputs"]}))


def test_a_seed_is_always_the_same_case():
    assert make_case("7/1") == make_case("7/1")
    assert make_case("7/1") != make_case("7/2")
