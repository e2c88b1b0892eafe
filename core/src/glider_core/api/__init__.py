"""What the operator reasons about, as values: frozen, typed, and without I/O.

JSON becomes typed here and nowhere else; what doesn't fit is a FieldError that names field, expected and found.

The resources:
    task            what to run: TaskTemplate.spec
    execution       TaskExecution
    status          TaskExecution.status
    tombstones      what is kept of it after its TTL
    conditions      its conditions, in the forms that kubectl, kstatus and Argo CD read
    pod_settings    what a task, an execution or the configuration may set on the pod
    pod_template    the task's pod as its author wrote it
    code            the task's code, where it travels apart from the image
    retrying        `retries` and `timeouts`
    lifecycle       what may change while the execution exists: suspend, cancel, its TTL and what that does, priority
    platform        what the configuration sets for all pods
    policies        what the configuration decides: patience, retention, how many at once
    restrictions    what an execution may set
How a field is declared and read:
    settings        how a setting, or a field of the API, is declared
    kinds           what a field of the API may hold: how it is read, and what its CRD declares
    codec           what a field of the status may hold: how it is read and written
    fields          reads a JSON object field by field
    shapes          objects of core/v1
    sizes           how large a specification may be, and how little of it is kept
    nesting         how deep it may be nested
    manifests       YAML and JSON files, read as kubectl reads them | yaml_form: written, for people
Words:
    phases          where an execution stands
    reasons         why, in one CamelCase word | executor_codes: those that the executor reports
    failure         how an attempt failed
    labels          names of our own in metadata: API group, labels, annotations
    names           what Kubernetes accepts as a name
    template_names  how tools name the TaskTemplates that they write
What the cluster reports:
    observed_pod    a Pod as the operator sees it
    terms           what an attempt was started with, by its pod's annotation
    versions        which of two states of an object came later
Values:
    quantities      amounts of memory
    moments         timestamps and durations in Kubernetes' forms
    elapsed         how much time has passed
    places          where in an object store a URI leads
    selectors       label selectors, read and applied as the API server does
    remembered      the last result for objects that are replaced, never changed
"""
