"""From the user's code to TaskTemplates on a cluster.

discovery       finds tasks in files, folders and modules, or one by its name
modules         imports the user's modules, and reports what is wrong with them by the user's own line
shadowing       files that Python imports instead of its own modules
functions       a plain function as a task
options         what `glider.task(…)` may set, in a TaskTemplate's words
flytekit_tasks  a task of flytekit's, by flytekit's own serialization
variables       the interface: types, defaults, descriptions
docstrings      a function's docs, and those of its parameters
requirements    what a task needs beside its code
templates       the TaskTemplate's document, its version and name
found           what was found
registering     from found tasks to templates on a cluster
publishing      applies templates and the ConfigMaps of their code
differing       what differs between two specs
errors          what is wrong with the user's code
"""
