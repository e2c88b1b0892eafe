"""A task of the odd image: what it imports, from where, and who runs it. The same question is asked there without Glider."""

import importlib
import os
import sys
from pathlib import Path

NAMES = ("click", "fsspec", "google.protobuf", "numpy", "pandas", "dateutil", "six")


def look() -> dict:  # type: ignore[type-arg]  # a struct
    modules = {name: importlib.import_module(name) for name in NAMES}
    here = str(Path.cwd())
    print("it looks around")
    return {
        "modules": {name: [getattr(module, "__version__", ""), module.__file__] for name, module in modules.items()},
        "path": [folder for folder in sys.path if folder and folder != here],
        "user": os.getuid(),
        "can write": [folder for folder in ("/", os.environ["HOME"], here) if os.access(folder, os.W_OK)],
    }
