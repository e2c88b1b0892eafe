"""HTTP: the routes, one module a part of the console, and what they share.

routes      all routes
executions  the list of executions, and the namespaces to choose from
actions     actions on executions: what each will do, and doing it
launching   the launch form, and the execution that it makes
templates   registered tasks
viewer      who looks, and the sign-in
execution   one execution's page
found       the execution that a request is about: the cluster's, or the history's
data        inputs and outputs, and the files, folders and tables that they name
logs        the logs of an execution's attempts
tasks       what became of a task's executions
health      the operators, and what `glider doctor` checks
errors      the whole error of an attempt, from the store
decks       pages that tasks have made, for a frame without an origin
entering    the address that opens a session on one's own machine
probes      what the kubelet asks
middleware  finds the viewer of each request, and sets the headers of each answer
open_streams  answers that last: how many, and until when
limits      what a request may take
access_log  a log line for each request
headers     the headers that keep pages apart, and the checks of where a request comes from
problems    errors as answers
events      server-sent events
static      the front end
"""
