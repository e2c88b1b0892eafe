"""What each RPC does: one module a resource, each with its HANDLERS by the RPC's name.

handler     what a handler is
auth        how a client gets a token
creating    creates the execution of a request once
downloads   values and decks by flyte:// URLs, and links
executions  executions are read, listed, terminated and archived
identity    who the caller is
launches    executions begin: by a request, or as another one again
lists       lists of executions
nodes       the one node of a task's execution, and its attempts
parents     which execution an execution belongs to
reading     executions and their tasks, read for those who may
uploads     where a client may upload a file
values      the inputs and outputs of executions, of their node and of their attempts
versions    the front's own version
"""
