-- The health of a TaskExecution: by its phase, with the reason and message of its conditions.
local ends = {
  Succeeded = "Healthy",
  Failed = "Degraded",
  Aborted = "Degraded",
  TimedOut = "Degraded",
}

local status = obj.status or {}
local spec = obj.spec or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end

hs = {}
hs.status = ends[status.phase]
if hs.status == nil then
  local stalled = conditions.Stalled
  if status.phase == "Suspended" and spec.suspend == true and spec.cancel ~= true then
    hs.status = "Suspended"
  elseif stalled ~= nil and stalled.status == "True" then
    hs.status = "Degraded"
  else
    hs.status = "Progressing"
  end
end

local shown = conditions.Succeeded or conditions.Reconciling or {}
hs.message = shown.reason or status.phase or "Pending"
if shown.message ~= nil then
  hs.message = hs.message .. ": " .. shown.message
end
return hs
