"""The operator's process: hears of changes through kopf, and carries out what `reconcile` plans.

executions     what is known of executions, in memory
templates      what is known of templates, and who waits for one
resolutions    what executions come to, kept while nothing changes that it comes from
pods           what is known of pods, in memory
reconfiguring  what another configuration means for what is there
endings        what of executions that are over still matters
inquiries      learns what a look lacks
orphans        deletes pods whose execution is gone, where the garbage collector has missed that
internal_errors  how often an execution met an error that nobody foresaw
controller     looks at one execution, and carries the plan out
wiring         kopf: handlers that note what happened and name the execution that it concerns
login          the kubernetes client's credentials for kopf
kopf_calls     what kopf's own calls tell of its watches
troubles       what an error that a look met means
background     tasks that run beside everything else
storages       keeps kopf from keeping anything on our objects
herald         posts Events beside everything else
leadership     when this operator may act
sweeping       what the sweep compares, and whom it tells
health         whether the operator does its work
site           /healthz, /readyz, /metrics, /debug
debugging      what /debug shows
logs           plain or JSON lines
metrics        how executions fare, and how the operator does
statsd         the same metrics by statsd
operator       puts these together
"""
