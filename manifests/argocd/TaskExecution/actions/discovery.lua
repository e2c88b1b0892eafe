-- What can be done about a TaskExecution now: a finished one can only be run again.
local finished = { Succeeded = true, Failed = true, Aborted = true, TimedOut = true }
local over = finished[(obj.status or {}).phase] or obj.spec.cancel == true
local suspended = obj.spec.suspend == true

local actions = {}
actions["cancel"] = { ["disabled"] = over, ["iconClass"] = "fa fa-fw fa-stop" }
actions["suspend"] = { ["disabled"] = over or suspended, ["iconClass"] = "fa fa-fw fa-pause" }
actions["resume"] = { ["disabled"] = over or not suspended, ["iconClass"] = "fa fa-fw fa-play" }
actions["rerun"] = { ["iconClass"] = "fa fa-fw fa-redo" }
return actions
