"""Reconciles one execution at a time: from the caches to a plan, and from the plan to the API server.

controller       the work queue's `reconcile(key)`, and what the watches report
cluster          the calls that it makes, in its own terms
creation         creates an attempt's pod, after what has to be there for it
references       whether the objects that a pod refers to are there
lookups          the extra calls that a plan asks for
finished         which finished executions still need something
reconfiguring    what another configuration means for what is there
internal_errors  how often an execution met an unexpected error
errors           what an error of a reconcile means
orphans          deletes pods whose execution is gone, where the garbage collector has missed that
recorder         posts Events beside everything else
budget           how often optional API calls are made
storing          the object stores that executions may use
sweeping         what the sweep compares, and whom it informs
"""
