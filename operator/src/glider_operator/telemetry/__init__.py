"""How the operator reports on itself.

metrics  how executions fare, and how the operator does
statsd   the same metrics by statsd
logs     plain or JSON lines
"""
