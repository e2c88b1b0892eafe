"""What the operator reasons about, as values: frozen, typed, and without I/O.

JSON becomes typed here and nowhere else; what doesn't fit is a FieldError that names field, expected and found.

    labels     names of our own in metadata: API group, labels, annotations
    phases     where an execution stands
    reasons    why, in one CamelCase word
    failure    how an attempt failed
    fields     reads a JSON object field by field
    settings   how a setting, or a field of the API, is declared
    kinds      what a field of the API may hold: how it is read, and what its CRD says
    codec      what a field of the status may hold: how it is read and written
    sizes      how large a specification may be, and how little of it is kept
    nesting    how deep it may be nested
    retrying   `retries` and `timeouts`
    lifecycle  what may change while it is there: suspend, cancel, ttlSecondsAfterFinished, priority
    policies   what the configuration decides: patience, retention, how many at once
    quantities amounts of memory
    shapes     objects of core/v1
    task       what to run: TaskTemplate.spec
    execution  TaskExecution
    status     TaskExecution.status
    pod        a Pod as the operator sees it
    moments    timestamps and durations in Kubernetes' forms
"""
