"""How the operator reports on itself.

metrics  how executions fare, and how the operator does
statsd   the same metrics by statsd
kube_metrics  how often the operator calls the API server, and how that goes
logs     plain or JSON lines
"""
