"""What each RPC does: one module a resource, each with its HANDLERS by the RPC's name.

handler       what a handler is
auth          how a client gets a token
contents      pages of entities, whose contents are read for the page alone
creating      creates the execution of a request once
downloads     values and decks by flyte:// URLs, and links
entries       what lists of registered entities have in common
executions    executions are read, listed, terminated and archived
identity      who the caller is
keeping       entities that are kept and not run, written and read with the caller's own rights
launch_plans  launch plans, kept with a state
launches      executions begin: by a request, or as another one again
lists         lists of executions
names         the names of registered entities, and what is written about them
nodes         the one node of a task's execution, and its attempts
parents       which execution an execution belongs to
projects      projects and domains
reading       executions and their tasks, read for those who may
refusing      why what is asked for can't be run
tasks         tasks are registered, fetched and listed
uploads       where a client may upload a file
values        the inputs and outputs of executions, of their node and of their attempts
versions      the front's own version
workflows     workflows, kept and fetched with their tasks
"""
