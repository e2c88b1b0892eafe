"""Whether an exception comes from Ctrl-C.

Python raises KeyboardInterrupt between any two instructions. Where that is within `threading.Condition.wait`, the lock isn't held, its
release fails, and the RuntimeError of that takes the interrupt's place.
"""

from __future__ import annotations


def is_interrupt(error: BaseException) -> bool:
    """Whether `error` is a KeyboardInterrupt, or was raised while one was on its way up."""
    found: BaseException | None = error
    seen: set[int] = set()  # an error may be its own cause: `raise error from error`
    while found is not None and id(found) not in seen:
        if isinstance(found, KeyboardInterrupt):
            return True
        seen.add(id(found))
        found = found.__cause__ or found.__context__
    return False
