"""The operator's process: hears of changes through kopf, and carries out what `reconcile` plans.

pods         what is known of pods, in memory
controller   looks at one execution, and carries the plan out
wiring       kopf: handlers that note what happened and name the execution that it concerns
login        the kubernetes client's credentials for kopf
storages     keeps kopf from keeping anything on our objects
site         /healthz, /readyz, /metrics
logs         plain or JSON lines
metrics      how executions end
operator     puts these together
"""
