"""How a task ends, and what is left of that for others to read.

exits     the table of ends: code, kind, origin and exit code
failures  where in a run something went wrong
outcomes  which exception is which of them
brief     the little that can be said of an exception in any state of the process
traces    flytekit's form of a message, with the user's own lines of the traceback
results   what a run has to store when it went well
deckfile  deck.html, of native and of flytekit tasks
report    writes error.pb and the summary
"""
