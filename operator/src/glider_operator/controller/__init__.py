"""Reconciles one execution at a time: from the caches to a plan, and from the plan to the API server.

watch_handlers   what the watches report: into the caches, and into the work queue
tracking         what is kept of each execution: remembered and forgotten here
places           who is requeued when a place gets free
finished         which finished executions still need something
reconfiguring    what another configuration means for what is there
controller       the work queue's `reconcile(key)`: plan, execute
planning         collects what `reconcile` decides by
execute          carries a plan out, in the order of its fields
cluster          the calls that it makes, in its own terms
creation         creates an attempt's pod, after what has to be there for it
deliveries       how the executor comes into pods
references       whether the objects that a pod refers to are there
lookups          the extra calls that a plan asks for
recorder         posts Events beside everything else
errors           what an error of a reconcile means
internal_errors  how often an execution met an unexpected error
budget           how often optional API calls are made
storing          the object stores that executions may use
sweeping         what the sweep compares, and whom it informs
template_retention  deletes templates that nobody uses any more
orphans          deletes pods whose execution is gone, where the garbage collector has missed that
"""
