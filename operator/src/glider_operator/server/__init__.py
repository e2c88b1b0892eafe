"""The operator's HTTP server.

http    /healthz, /readyz, /metrics, /debug
probes  whether the operator does its work
debug   what /debug shows
gauges  brings the gauges up to date
"""
