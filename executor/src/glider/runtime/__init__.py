"""One task run: from the command line to an outcome.

invocation   what the command line asks for
guard        turns every exit into an outcome: error.pb, summary, exit code
pipeline     code -> packages -> load -> inputs -> convert -> execute -> convert
mapping      one element of a map task of a plain function
native       runs a plain function
flytekit     runs a flytekit task in flytekit's context
context      what a native task may ask for: current_context()
checkpoint   … its checkpoints
secrets      … its secrets
decks        … its decks: HTML about a run
deckfile     deck.html, of native and of flytekit tasks
offloading   large literals in files of their own
flytekit_interface  what goes in and out, against the task's interface
flytekit_storage  what flytekit moves, through our storage
flytekit_uris  no import of flytekit's client for literals that don't need it
results      what a run has to store when it went well
failures     where in a run something went wrong
exits        the table of ends: code, kind, origin and exit code
outcomes     which exception is which of them
brief        the little that can be told of an exception in any state of the process
postmortem   … and which end of a process that could tell nothing, in the parent
traces       flytekit's form of a message, with the user's own lines of the traceback
report       writes error.pb and the summary
termination  SIGTERM
"""
