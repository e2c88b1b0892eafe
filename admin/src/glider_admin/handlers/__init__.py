"""What each RPC does: one module a resource, each with its HANDLERS by the RPC's name.

handler   what a handler is
auth      how a client gets a token
identity  who the caller is
versions  the front's own version
"""
