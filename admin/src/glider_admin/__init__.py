"""The front for flytekit's own clients: the API of FlyteAdmin on TaskTemplates and TaskExecutions, with the caller's own rights.

command   the command line: `glider-admin`
server    one process with two ports: gRPC, and HTTP for data
rpc       flyteidl's services: who calls, which function answers, what an error becomes
web       HTTP: uploads, downloads, probes, metrics
handlers  what each RPC does, one module a resource
front     what every handler works with
entities  what is kept as it was registered, and not run: workflows, launch plans, other tasks
data      files: uploads, links, inputs and outputs in the store
cache     executions and templates, by the front's own watches
access    who calls, and what they may
messages  flyteidl's messages from TaskTemplates and TaskExecutions, and back; pure
listing   filters, order and pages of lists; pure
tls       the certificate of both ports
settings  AdminConfiguration, read once
measures  what the front counts
errors    what a call is refused with, without gRPC
"""
