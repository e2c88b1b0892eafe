"""A resolved task and the number of an attempt become a Pod manifest. Pure: the same in, the same out.

attempt      what is rendered, and the values of its variables
layering     the pod that all layers make together | merging: one layer on another
defaulted    what the API server, and not its author, put into a PodTemplate
template     {{.input}} and the like in command lines
environment  the containers' variables | secrets: where flytekit looks for them
limits       how much of these the kernel takes
resources    requests and limits | placement: where the pod may run
injection    how the executor comes into the pod | delivery: whether as an image volume | code: how the task's code does
eager        the front's address and a token, for a task that starts others
containers   the task's containers as they run
pod          the manifest
pod_security what templates and executions may set in it
references   the Secrets, ConfigMaps and so on that a manifest needs
links        where a person finds an attempt's logs
explaining   where each value of a manifest is from
"""
