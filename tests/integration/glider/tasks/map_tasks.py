"""Maps over plain tasks. The command line names the plain task only, so that this module is needed to register it, and not to run."""

import functools

from flytekit import map_task
from plain_tasks import mapped, mapped_with

each = map_task(mapped)
each_with = map_task(functools.partial(mapped_with, b="x", c=0.5))
