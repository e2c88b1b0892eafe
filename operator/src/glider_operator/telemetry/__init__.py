"""How the operator reports on itself.

metrics  counts executions, attempts, reconciles and so on
statsd   the same metrics by statsd
kube_metrics  counts the calls to the API server
memory   the memory limit of the operator's container
logs     plain or JSON lines
"""
