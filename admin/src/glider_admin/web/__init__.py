"""HTTP: uploads, downloads, probes, metrics.

server     the HTTP server
oauth      what clients with another authType than ExternalCommand get
app        the ASGI application
metrics    the front's figures, for Prometheus
probes     whether the process lives, and whether it can answer
uploads    uploads through the front
turns      who may have the body of an upload in memory
downloads  files for whoever has their address
"""
