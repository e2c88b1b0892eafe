"""From a task's interface and a command line to the JSON values of `spec.inputs`.

declarations what a task takes: names, types, defaults, docs
arguments    which words of a command line are whose
texts        one word of a command line -> JSON, by its type
documents    text that is JSON or YAML
moments      datetimes and durations as people write them
schemas      the fields of a struct, by its JSON schema
checking     whether what is in a struct fits its schema
gathering    everything together: options, a document of inputs, defaults; checks the types
files        local files and folders: what becomes of them where the task runs
uploads      to a store
placing      where the inputs go: into the execution, or into a file of the store
helping      the rows of a task's help text
"""
