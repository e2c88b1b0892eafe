"""Starts a task's own command line with Glider's executor, in any image that has Python 3.10 or newer.

This file is copied into the pod beside `lib/` (the executor and what it needs), `lib-3.10/` and the like (what one version
of Python needs instead: obstore's wheels are for 3.11 and newer, or for 3.10 alone) and `shims/`. It stands alone: it
imports nothing of Glider before it knows that this Python can run it, and its syntax is one that older Pythons can read,
so that they can report what is wrong instead of dying of a SyntaxError.
"""

# ruff: noqa: UP031, PTH100, PTH112, PTH113, PTH118, PTH119, PTH120, PTH123 - old Pythons must be able to read this file

import json
import os
import sys
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 10)


def refuse(code: str, message: str) -> None:
    """Writes what is wrong to the log and for the kubelet, and ends as a failure of the system."""
    sys.stderr.write(message + "\n")
    summary = {"v": 1, "outcome": "Failed", "code": code, "kind": "NON_RECOVERABLE", "origin": "SYSTEM", "message": message}
    if os.environ.get("GLIDER_EXECUTION"):
        try:
            with open(os.environ.get("GLIDER_TERMINATION_LOG") or "/dev/termination-log", "w") as log:
                log.write(json.dumps(summary))
        except OSError as problem:
            sys.stderr.write("the summary can't be written: %s\n" % problem)
    if "glider.supervision.child" in sys.modules:
        sys.modules["glider.supervision.child"].report_to_parent("ended", "2")
    sys.exit(2)


def not_loadable(trace: str) -> None:
    """Refuses; the files that were imported instead of modules of Python's own come first, since they are the likely cause."""
    message = "Glider's executor can't be imported in this image:\n" + trace
    files = [path for path in shadowing() if path in trace or path in imported()]
    if files:
        message = "%s: imported instead of Python's own module of that name; rename it. %s" % (", ".join(files), message)
    refuse("ExecutorNotLoadable", message)


def shadowing() -> list:  # type: ignore[type-arg]
    """The files along sys.path that come before Python's own modules of their names."""
    found = []
    for folder in map(os.path.abspath, sys.path):
        if folder == os.path.dirname(os.path.abspath(os.__file__)):
            break
        for name in sorted(sys.stdlib_module_names):
            files = [os.path.join(folder, name + ".py"), os.path.join(folder, name, "__init__.py")]
            found += [path for path in files if os.path.isfile(path)]
    return found


def imported() -> list:  # type: ignore[type-arg]
    """The files of the modules that have been imported."""
    return [getattr(module, "__file__", None) for module in list(sys.modules.values())]


def main() -> None:
    """Runs the command line that follows this script's name."""
    command = sys.argv[1:]
    if sys.version_info < OLDEST:
        found = "%d.%d" % sys.version_info[:2]
        refuse("PythonTooOld", "Glider's executor needs Python 3.10 or newer; this image's is %s (%s)" % (found, sys.executable))
    if not command:
        refuse("NoCommand", "start.py: expected a command line to run, found nothing")
    if os.path.basename(command[0]) == "flytekit_venv":
        command = in_venv(command)
    program = find(command)
    if program is None:
        replace(command)
    run = load(program)
    run()


def in_venv(command: list) -> list:  # type: ignore[type-arg]
    """What flytekit_venv does: the rest of the command runs in the environment that VENV names, with that one's Python."""
    venv = os.environ.get("VENV")
    if len(command) < 2:
        refuse("NoCommand", "flytekit_venv: expected a command line to run, found nothing")
    if not venv:
        return command[1:]
    os.environ["VIRTUAL_ENV"] = venv
    os.environ["PATH"] = os.path.join(venv, "bin") + os.pathsep + os.environ.get("PATH", os.defpath)
    os.environ.pop("PYTHONHOME", None)
    python = os.path.join(venv, "bin", "python")
    if os.path.realpath(venv) != os.path.realpath(sys.prefix):
        become(python, [python, os.path.abspath(__file__)] + command[1:])  # noqa: RUF005
    return command[1:]


def find(command: list):  # type: ignore[no-untyped-def, type-arg]  # noqa: ANN201
    """Which of our programs runs the command; None where it isn't ours. What the image has wins over what we brought."""
    if sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(HERE):  # /var/run is /run, and Python resolves that
        del sys.path[0]
    for name in ("lib-%d.%d" % sys.version_info[:2], "lib"):
        folder = os.path.join(HERE, name)
        if os.path.isdir(folder):
            sys.path.append(folder)
    os.environ["GLIDER_HOME"] = HERE  # for commands that run the executor from another program
    try:
        from glider.cli.names import find as find_program

        return find_program(command)
    except Exception:
        not_loadable(traceback.format_exc())


def load(program: tuple):  # type: ignore[no-untyped-def, type-arg]  # noqa: ANN201
    """What runs the program, in a process of its own: the one that we are stays behind to see how that ends."""
    try:
        from glider.cli.programs import load, supervised

        supervised(program)
        return load(program)
    except Exception:
        not_loadable(traceback.format_exc())


def replace(command: list) -> None:  # type: ignore[type-arg]
    """Becomes another program, one that may call the executor by the names that tasks know: in a process of its own, since a
    container's first one ignores SIGTERM unless it was written to be that.
    """
    os.environ["PATH"] = os.path.join(HERE, "shims") + os.pathsep + os.environ.get("PATH", os.defpath)
    os.environ["GLIDER_PYTHON"] = sys.executable
    try:
        from glider.cli.filling import prepared_or_exit
        from glider.cli.programs import attended
    except Exception:
        not_loadable(traceback.format_exc())
    attended(command[0])
    command = prepared_or_exit(command)
    become(command[0], command)


def become(program: str, command: list) -> None:  # type: ignore[type-arg]
    """Becomes `program`."""
    try:
        os.execvp(program, command)
    except OSError as problem:
        refuse("CommandNotFound", "%s: %s" % (program, problem.strerror))


if __name__ == "__main__":
    main()
