"""Mistakes that show before anything is sent to a cluster: on the command line, in files, and in the user's code."""

from __future__ import annotations

from tests.integration.mistakes import Mistake

_SEGMENT = "at most 63 letters, digits, dashes, underscores and dots"

ON_THE_COMMAND_LINE = {
    "a command that there isn't": Mistake("gte", "expected a command of glider, found 'gte'. Did you mean get?", 2),
    "an option that there isn't": Mistake("get --nosuch", "No such option '--nosuch'.", 2),
    "nothing to run": Mistake(
        "run", "expected a task (FILE.py TASK, -m MODULE TASK, or a TaskTemplate's name) or -f FILE, found neither.", 2
    ),
    "a file and no task": Mistake(
        "run mistaken.py", "expected the name of a task after mistaken.py, found nothing. It has add, paint, count.", 2
    ),
    "a task that there isn't": Mistake(
        "run mistaken.py ad",
        "$folder/mistaken.py: expected a task ad, found the functions add, paint, count, double, outer; did you mean add?",
        2,
    ),
    "a path that there isn't": Mistake("run nosuch.py f", "nosuch.py: expected a Python file, found none of that name. Check the path.", 2),
    "a file that isn't Python": Mistake(
        "run notes.txt f", "notes.txt: expected a Python file (.py), found .txt. -f FILE takes executions from files.", 2
    ),
    "a folder that is no package": Mistake(
        "run folder f",
        "folder: expected a Python file, or the folder of a package, found a folder without __init__.py; name a file in it",
    ),
    "a folder without Python files": Mistake("register folder", "folder: expected Python files with tasks, found no Python file", 2),
    "a module that there isn't": Mistake(
        "run -m nosuchmodule f", "nosuchmodule: expected a module in $folder, or an installed one, found none of the name nosuchmodule"
    ),
    "an input that is missing": Mistake("run mistaken.py add", "inputs: expected --a (integer), found nothing", 2),
    "an input of another type": Mistake("run mistaken.py add --a x", '--a: expected integer, found "x"', 2),
    "an input that is too large": Mistake(
        "run mistaken.py add --a 99999999999999999999", "--a: expected integer (64 bits), found 99999999999999999999", 2
    ),
    "an input that there isn't": Mistake(
        "run mistaken.py add --a 1 --c 2",
        "--c: expected one of the task's inputs --a, --b, or an option of the command, found the unknown option --c (did you mean …?)",
        2,
    ),
    "an input without a value": Mistake("run mistaken.py add --a", "--a: expected a value (integer), found nothing", 2),
    "an input that is given twice": Mistake("run mistaken.py add --a 1 --a 2", "--a: expected one value, found 2", 2),
    "a value that an enum doesn't have": Mistake(
        "run mistaken.py paint --color green", '--color: expected one of red, blue, found "green"', 2
    ),
    "a moment that is none": Mistake(
        "run mistaken.py paint --color red --when later", '--when: expected a datetime such as …, found "later"', 2
    ),
    "a file of inputs that there isn't": Mistake(
        "run mistaken.py add --inputs @nosuch.yaml",
        '--inputs: expected a file of YAML or JSON, found "nosuch.yaml": No such file or directory',
        2,
    ),
    "a file of inputs that can't be read": Mistake(
        "run mistaken.py add --inputs @unfinished.yaml",
        "--inputs: unfinished.yaml: expected YAML or JSON as kubectl reads it, found in line 2, column 1: …",
        2,
    ),
    "an unknown name among inputs": Mistake(
        """run mistaken.py add --inputs '{"a": 1, "z": 1}'""", 'inputs.z: expected one of a, b, found the unknown name "z"', 2
    ),
    "a local file and no store": Mistake(
        "run mistaken.py count --file notes.txt",
        "--file: expected a URI, or a store to upload the file to: pass --storage URI, or set GLIDER_STORAGE_PREFIX, "
        "found the local path notes.txt",
        2,
    ),
    "a local file that there isn't": Mistake(
        "run mistaken.py count --file nosuch.txt",
        '--file: expected a file…: a local path or a URI, found "nosuch.txt", which isn\'t there',
        2,
    ),
    "a duration that is none": Mistake(
        "run mistaken.py add --a 1 --timeout soon", "Invalid value for '--timeout': expected a duration such as 90s, …, found 'soon'.", 2
    ),
    "an amount that is none": Mistake(
        "run mistaken.py add --a 1 --mem 1GB", "Invalid value for '--mem': expected a quantity such as 500m or 2Gi, found '1GB'.", 2
    ),
    "a label without a value": Mistake(
        "run mistaken.py add --a 1 --label x", "Invalid value for '--label': expected NAME=VALUE, found 'x'.", 2
    ),
    "a label with a blank": Mistake(
        "run mistaken.py add --a 1 --label 'a b=c'",
        f"Invalid value for '--label': expected a label such as team=ml: {_SEGMENT}, found 'a b=c'.",
        2,
    ),
    "a name in capitals": Mistake(
        "run mistaken.py add --a 1 --name Train",
        "Invalid value for '--name': expected at most 63 lower-case letters, digits, dashes and dots, "
        "with a letter or digit at both ends, found 'Train'.",
        2,
    ),
    "a name that is too long": Mistake(f"run mistaken.py add --a 1 --name {'n' * 64}", f"…, found '{'n' * 64}' (64).", 2),
    "a store that no pod reaches": Mistake(
        "run mistaken.py add --a 1 --storage bucket/x",
        "--storage: expected the URI of a store that pods reach, such as s3://bucket/prefix, found 'bucket/x'",
    ),
    "a debugger on the cluster": Mistake(
        "run mistaken.py add --a 1 --pdb", "--pdb: expected --local beside it, found none. Add --local.", 2
    ),
    "YAML that can't be read": Mistake(
        "submit -f unfinished.yaml", "unfinished.yaml: expected YAML or JSON as kubectl reads it, found in line 2, column 1: …"
    ),
    "a file that holds no YAML": Mistake(
        "render -f notes.txt", 'notes.txt: expected TaskExecutions, TaskTemplates and the like in YAML or JSON, found "hello"'
    ),
    "another kind of object": Mistake(
        "submit -f pod.yaml",
        'pod.yaml: expected TaskExecution and TaskTemplate objects of glider.dev/v1alpha1, with at least one execution, found "v1 Pod x"',
    ),
    "another version of the API": Mistake("submit -f newer.yaml", '…, found "glider.dev/v9 TaskExecution x"'),
    "a file that there isn't": Mistake(
        "submit -f nosuch.yaml", "Invalid value for '-f' / '--filename': File 'nosuch.yaml' does not exist.", 2
    ),
    "an output form that there isn't": Mistake(
        "get -o xml",
        "Invalid value for '-o' / '--output': expected wide, json, yaml, name, jsonpath=…, custom-columns=…, found 'xml'.",
        2,
    ),
    "a JSONPath that isn't closed": Mistake("get -o 'jsonpath={.items[}'", "jsonpath: expected a ] for each [, found {.items[}"),
    "columns without a path": Mistake(
        "get -o custom-columns=NAME", "custom-columns: expected HEADER:path,… such as NAME:.metadata.name, found NAME"
    ),
    "a phase that there isn't": Mistake(
        "get --phase Done", "Invalid value for '--phase': 'Done' is not one of 'pending', …, 'timedout'.", 2
    ),
    "a name and a selection": Mistake("get -A x", "expected NAMEs, or -A, -l, --field-selector, --phase and --since; found both.", 2),
    "another kind than an execution": Mistake(
        "describe pod/x", "expected the name of an execution, such as hello-x7k2p or te/hello-x7k2p, found 'pod/x'.", 2
    ),
    "nothing to cancel": Mistake(
        "cancel", "expected the name of an execution, -l SELECTOR or --all, found nothing. `glider get` lists executions.", 2
    ),
    "a shell that there isn't": Mistake(
        "completion tcsh", "Invalid value for '{bash|zsh|fish}': 'tcsh' is not one of 'bash', 'zsh', 'fish'.", 2
    ),
    "no archive to convert": Mistake("convert notes.txt", "notes.txt: expected an archive of `pyflyte package`, …, found text; …"),
}

IN_THE_USERS_CODE = {
    "an import that fails": Mistake(
        "run mistaken_import.py f",
        "$folder/mistaken_import.py, line 1: ModuleNotFoundError: No module named 'there_is_no_such_package' in "
        "`import there_is_no_such_package`; install there_is_no_such_package here, or register the folder that holds it if it is your own",
    ),
    "a module that raises": Mistake(
        "register mistaken_raises.py", "$folder/mistaken_raises.py, line 1: ZeroDivisionError: division by zero in `x = 1 / 0`"
    ),
    "a syntax error": Mistake("run mistaken_syntax.py f", "$folder/mistaken_syntax.py, line 1: SyntaxError: invalid syntax in `def f(:`"),
    "a circular import": Mistake(
        "run mistaken_circle_a.py f",
        "$folder/mistaken_circle_b.py, line 1: ImportError: cannot import name 'f' from partially initialized module "
        "'mistaken_circle_a' …; move what both modules need into a third one",
    ),
    "a task below __main__": Mistake(
        "run mistaken_main.py f",
        "$folder/mistaken_main.py: expected f at the top level of its module, since a pod imports it by its name, found it in line 3 "
        'inside a function, a class or `if __name__ == "__main__":`; move it out',
        2,
    ),
    "a nested function": Mistake("run mistaken.py inner", "…: expected inner at the top level of its module, …; move it out", 2),
    "a lambda": Mistake("run mistaken.py double --a 1", "…, line …: double can't be a task: a: expected a type hint, found none"),
    "a value that is no function": Mistake(
        "run mistaken.py NUMBER", "…: expected a function or a task by the name NUMBER, found a value of the type int", 2
    ),
    "a parameter without a type": Mistake(
        "run mistaken_untyped.py f --a 1", "$folder/mistaken_untyped.py, line 1: f can't be a task: a: expected a type hint, found none"
    ),
    "any number of parameters": Mistake(
        "run mistaken_many.py f", "…, line 1: f can't be a task: a: a task takes named parameters only, not *args, …"
    ),
    "a module that exits": Mistake(
        "run mistaken_exit.py f",
        '…, line 3: SystemExit: 3 in `sys.exit(3)`; put what isn\'t for imports below `if __name__ == "__main__":`',
    ),
    "no tasks": Mistake(
        "register mistaken_empty.py",
        "$folder/mistaken_empty.py: expected a task, declared by @glider.task or flytekit's @task, found no function; write one",
        2,
    ),
    "the name of a standard module": Mistake(
        "run random.py f", "…: expected a name that no module of Python's standard library has, found random; rename random.py"
    ),
    "a name that Python can't import": Mistake(
        "run 2mistaken.py f", "2mistaken.py: expected a name that Python can import, such as _2mistaken, found 2mistaken; rename it"
    ),
    "code that is too large": Mistake(
        "run ../big/mistaken_big.py f",
        "the code in …/big is too large: expected an archive of at most … MiB for ConfigMaps, found 15.0 MiB. "
        "The largest files are data.bin (15.0 MiB), mistaken_big.py (29 bytes). Leave out what isn't code with …, "
        "or put it into a store with --storage or GLIDER_STORAGE_PREFIX",
    ),
}
