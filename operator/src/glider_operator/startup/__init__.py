"""The operator's process, from its command line to its end.

command       the `glider-operator` command
early         handles signals before the heavy imports
signals       which signals end it
access        which namespaces the operator may watch
unconfigured  waits for a configuration that can be read
reload        a changed configuration file -> another Config
own_pod       the pod that the operator runs in
operator      runs the parts with kopf and the site
parts         puts the parts together, and closes them
leading       what only the leader does
background    tasks that run beside everything else
"""
