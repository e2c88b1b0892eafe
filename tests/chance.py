"""What tests by chance draw from: GLIDER_SEED, or else a seed of this run's own, which the run's summary tells."""

from __future__ import annotations

import os
import random

SEED = int(os.environ.get("GLIDER_SEED") or random.SystemRandom().randrange(2**32))
