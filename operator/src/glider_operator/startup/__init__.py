"""The operator's process, from its command line to its end.

command       the `glider-operator` command
early         what has to happen before heavy imports
signals       which signals end it
access        whether the operator may do what it needs
unconfigured  waits for a configuration that can be read
reload        a changed configuration file -> another Config
own_pod       what the operator knows of the pod that it runs in
operator      puts the parts together
background    tasks that run beside everything else
"""
