"""HTTP: uploads, downloads, probes.

app     the ASGI application
probes  whether the process lives, and whether it can answer
"""
