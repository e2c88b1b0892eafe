"""What the command line shows, as text and as documents. Pure: objects and a time come in, lines come out.

describing  one execution, with all that is known of it
timeline    its attempts as bars
usage       what the attempts used beside what was asked for
advice      what to ask for instead
recommending  the same for a task, by its last runs, as a patch
logs        whose log is read, and how a line is shown
files       the files among an execution's values
stored      where inputs, outputs and decks are in the store
templates   one TaskTemplate, with its interface
trees       templates, executions, attempts and reruns
metrics     what pods use now
archived    executions in the history as a table
costs       what executions of the history asked for and used, summed up
documents   Kubernetes' objects as people want to see them
tables      rows of cells, aligned as kubectl aligns them
jsonpath    kubectl's JSONPath templates
columns     custom columns
"""
