"""flyteidl's messages from TaskTemplates and TaskExecutions, and back; pure.

places  which namespace a project and a domain are
"""
