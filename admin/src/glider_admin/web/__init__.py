"""HTTP: uploads, downloads, probes, metrics.

app        the ASGI application
metrics    the front's figures, for Prometheus
probes     whether the process lives, and whether it can answer
uploads    uploads through the front
downloads  files for whoever has their address
"""
