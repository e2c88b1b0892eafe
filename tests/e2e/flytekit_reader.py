"""A process of flytekit's own: prints the text of the file `o0` of the outputs.pb at the path in argv[1], and keeps nothing behind."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from flyteidl.core import literals_pb2
from flytekit.core.context_manager import FlyteContextManager
from flytekit.core.data_persistence import FileAccessProvider
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import LiteralMap
from flytekit.types.file import FlyteFile

outputs = LiteralMap.from_flyte_idl(literals_pb2.LiteralMap.FromString(Path(sys.argv[1]).read_bytes()))
with tempfile.TemporaryDirectory() as sandbox:
    access = FileAccessProvider(local_sandbox_dir=sandbox, raw_output_prefix=f"{sandbox}/raw")
    with FlyteContextManager.with_context(FlyteContextManager.current_context().with_file_access(access)) as context:
        print(Path(TypeEngine.to_python_value(context, outputs.literals["o0"], FlyteFile)).read_text(), end="")
