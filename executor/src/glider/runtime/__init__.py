"""One task run: from the command line to an outcome.

guard       turns every exit into an outcome: error.pb, summary, exit code
pipeline    code -> packages -> load -> inputs -> convert -> execute -> convert
preparing   … its first steps: the code, and packages
mapping     one element of a map task of a plain function
native      runs a plain function
context     what a native task may ask for: current_context()
checkpoint  … its checkpoints
secrets     … its secrets
decks       … its default decks: HTML about a run
deckpage    … deck.html as text
offloading  large literals in files of their own
postmortem  the end of a process that could not report it, in the parent
"""
