"""The user's code as an archive that a pod unpacks: the same bytes for the same files.

ignoring   which files stay here, by the rules of git, docker and flytekit
patterns   patterns of ignore files as regular expressions
tree       the files of a folder that belong into the archive
archive    the archive's bytes
uploading  puts the archive into a store
parts      ConfigMaps with the archive, and `spec.code`
owners     who owns those ConfigMaps
"""
