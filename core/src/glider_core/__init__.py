"""What operator, command line and later parts share: the API, its pure rules, and clients of Kubernetes and of the store.

archive    the history in the object store, read and written
kube       the client of the Kubernetes API
store      the objects in the object store that the operator reads or writes itself
history    what the history of executions has, as files; pure
reconcile  execution + pods + now -> plan
diagnose   pod + termination message -> outcome
render     resolved task + attempt -> pod
resolve    template + overrides + configuration -> what is to run
config     the operator's settings
api        the resources as typed values
fairness   whose turn it is
"""
