"""Tasks in Flyte's own form as TaskTemplates, and back.

specs  a flyteidl TaskTemplate as the spec of ours
pods   containers and pods of flyteidl as Kubernetes has them
"""
