"""HTTP: uploads, downloads, probes.

app      the ASGI application
probes   whether the process lives, and whether it can answer
uploads  uploads through the front, and the files that were uploaded so
"""
