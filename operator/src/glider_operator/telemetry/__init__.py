"""How the operator reports on itself.

metrics  counts executions, attempts, reconciles and so on
statsd   the same metrics by statsd
kube_metrics  counts the calls to the API server
logs     plain or JSON lines
"""
