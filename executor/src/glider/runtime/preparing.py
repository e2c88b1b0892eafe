"""What has to be in place before the task's code is imported, or another program starts: the code itself, and packages.

Nothing is imported for tasks that bring neither.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from glider.settings.model import Settings
from glider.storage.store import Storage


def place_code(settings: Settings, *, storage: Callable[[], Storage]) -> None:
    """Puts the task's code into place, if it isn't in the image. For what it raises see `loading.code`."""
    if settings.code is None:
        return
    from glider.loading.code import place_code as place

    place(settings.code, scratch=scratch_of(settings), storage=storage, environment=os.environ)


def install_packages(settings: Settings) -> None:
    """Installs the packages that the task asks for. For what it raises see `loading.packages`."""
    if not settings.runtime_packages:
        return
    from glider.loading.packages import install_packages as install

    install(settings.runtime_packages, scratch=scratch_of(settings), environment=os.environ)


def scratch_of(settings: Settings) -> str:
    """A folder that this attempt may write to."""
    return settings.scratch or _own_scratch()


def _own_scratch() -> str:
    """A folder of this process', where nobody names one: outside of Glider's pods."""
    import atexit
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="glider-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
