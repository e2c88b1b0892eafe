"""What of the object store is read for others, by a server that has credentials of its own: the console, and the front for flytekit's
clients.

It needs anyio, which those servers' own distributions require; the command line doesn't import it.

rule     which URIs are read for a viewer: the security boundary
source   the store, and the operator's configuration that limits what is read of it
store    reads the object store: small pieces, in good time
subject  the execution that somebody asks about, and what is read for them
"""
