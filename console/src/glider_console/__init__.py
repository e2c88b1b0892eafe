"""The web console: what Glider knows, in a browser, with the viewer's own Kubernetes rights and no database.

command     the command lines: `glider console` on one's own machine, `glider-console` in a cluster
server      the HTTP server around the application
app         puts the parts together: routes and middleware
web         HTTP: the routes, one module a part of the console; errors, streams and headers
context     what every route works with
access      who asks, and what they may
history     finished executions that the history in the store has
live        watches that viewers share
execution     beside it: one execution as a document
logs        lines of logs
data        inputs, outputs and decks: what may be read of the store, and how it is shown
launch      forms from interfaces, and executions from forms
tasks       what became of a task's executions
health      the operator, as it sees itself
settings    what the process is started with
"""
