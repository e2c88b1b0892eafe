"""Tasks in Flyte's own form as TaskTemplates, and back.

files      what flytekit's tools leave in files
documents  the TaskTemplates of what is in there
specs      a flyteidl TaskTemplate as the spec of ours
pods       containers and pods of flyteidl as Kubernetes has them
fast       code that isn't in the image
messages   a TaskTemplate as flyteidl's TaskSpec
"""
