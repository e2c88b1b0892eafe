"""What is kept as it was registered, and not run: workflows, launch plans, and tasks that Glider has no pods for.

closures      a workflow as a client fetches it: with its sub-workflows and tasks
config_maps   reads and writes the ConfigMaps, with the caller's own cluster
kept          an entity in its ConfigMap: its names, labels, content and bounds; pure
launch_plans  which launch plan of a name is active; pure
obstacles     what keeps Glider from running a workflow, node by node; pure
rows          an entity as a list has it: by the metadata of its ConfigMap alone; pure
"""
