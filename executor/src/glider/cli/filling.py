"""Fills in the inputs that stand in the task's command line, from inputs.pb, with the pod's own rights to read it. What else a command
that isn't ours needs in place comes before it: the task's code, and packages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence
from typing import NoReturn

from glider.wire.contract import ENV_CODE_PARTS, ENV_CODE_URI, ENV_INPUTS_MARK, ENV_INPUTS_URI, ENV_RUNTIME_PACKAGES


def filled_or_exit(words: Sequence[str]) -> list[str]:
    """`words` with their inputs; where these can't be read, the process reports why and ends."""
    if ENV_INPUTS_URI not in os.environ:
        return list(words)
    try:
        return filled(words, os.environ)
    except Exception as error:
        _exit(error, words)


def prepared_or_exit(words: Sequence[str]) -> list[str]:
    """The same for a program that isn't ours, which finds the task's code and packages in place."""
    if not any(name in os.environ for name in (ENV_CODE_URI, ENV_CODE_PARTS, ENV_RUNTIME_PACKAGES)):
        return filled_or_exit(words)
    try:
        from glider.runtime.preparing import install_packages, place_code
        from glider.settings.reading import read_settings
        from glider.storage.store import Storage

        settings = read_settings(os.environ)
        place_code(settings, storage=lambda: Storage(settings.storage))
        install_packages(settings)
    except Exception as error:
        _exit(error, words)
    return filled_or_exit(words)


def _exit(error: Exception, words: Sequence[str]) -> NoReturn:
    from glider.cli.running import report_failure
    from glider.outcome.outcomes import task_error
    from glider.settings.reading import read_reporting
    from glider.supervision.child import ENDED, report_to_parent

    failure = task_error(error, worker=read_reporting(os.environ).worker)
    sys.stderr.write(f"{failure.message}\n")
    code = report_failure(failure, words)
    report_to_parent(ENDED, str(int(code)))
    sys.exit(code)


def filled(words: Sequence[str], environment: MutableMapping[str, str]) -> list[str]:
    """The same, by `environment`, which doesn't ask for it any more afterwards: no value is searched for others.

    Raises:
        UnreadableInputsError: the file is none of inputs, or has not those that are needed.
        StorageError: it can't be read.
        SettingsError: the settings make no sense.
    """
    from glider.outcome.failures import UnreadableInputsError
    from glider.settings.reading import read_settings
    from glider.storage.store import Storage
    from glider.wire.arguments import fill_in_marked, input_texts, marked_names
    from glider.wire.jsonform import FieldError

    uri, mark = environment.pop(ENV_INPUTS_URI), environment.pop(ENV_INPUTS_MARK, "")
    names = marked_names(words, mark=mark)
    if not names:
        return list(words)
    data = Storage(read_settings(environment).storage).read(uri)
    try:
        return fill_in_marked(words, input_texts(data, names, field=uri), mark=mark)
    except FieldError as error:
        raise UnreadableInputsError(str(error)) from error
