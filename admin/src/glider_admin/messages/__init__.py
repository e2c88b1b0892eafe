"""flyteidl's messages from TaskTemplates and TaskExecutions, and back; pure.

attempts       an execution's attempts as TaskExecutions
executions     a TaskExecution as an Execution
failures       why an execution or an attempt failed, as an ExecutionError
identifiers    of an execution, its one node, and its attempts
inputs         whether the literals that a client sends are the inputs of the task
metrics        where an execution's time has gone, as a Span
nodes          the one node of a task's execution as a NodeExecution
originals      the ExecutionSpec that an execution was created with
phases         where an execution stands, in Flyte's words and in ours
places         which namespace a project and a domain are
registrations  when an entity was registered, and whether another one is the same
requests       the TaskExecution that a CreateExecutionRequest asks for
tasks          TaskTemplates of registered tasks, and Tasks of TaskTemplates
times          moments and durations in protobuf's form
"""
