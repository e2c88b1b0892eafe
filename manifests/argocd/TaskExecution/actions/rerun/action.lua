-- A new TaskExecution that repeats this one, as `glider rerun` makes it: with its spec and labels, and nothing that was asked of
-- it while it ran. Labels by which tools know their objects aren't taken over, nor annotations and owners: Argo CD would take the
-- rerun for one of the application's own, and prune it.
local dropped = { suspend = true, cancel = true }
local tools = {
  "app.kubernetes.io/", "applyset.kubernetes.io/", "argocd.argoproj.io/", "argoproj.io/", "helm.sh/", "helm.toolkit.fluxcd.io/",
  "kustomize.toolkit.fluxcd.io/",
}
-- Of these an empty one is the same as none.
local optional = {
  ["spec"] = true, ["spec.task"] = true, ["spec.task.interface"] = true, ["spec.task.container"] = true,
}

-- Argo CD's Lua has no library for strings.
local function begins_with(text, prefix)
  return text >= prefix and (prefix .. "\127") > text
end

local function refuse(path, why)
  error(path .. " " .. why .. ": run `glider rerun " .. obj.metadata.name .. "` instead", 0)
end

local function copy(value, path)
  if type(value) == "number" and (value >= 2 ^ 53 or value <= -(2 ^ 53)) then
    refuse(path, "is a number that Lua can't keep exactly")
  end
  if type(value) ~= "table" then
    return value
  end
  local made = {}
  for key, inner in pairs(value) do
    local here = path .. "." .. key
    if type(inner) ~= "table" or next(inner) ~= nil then
      made[key] = copy(inner, here)
    elseif not optional[path] then
      refuse(here, "is empty, and in Lua an empty list is an empty map")
    end
  end
  return made
end

local spec = {}
for key, value in pairs(obj.spec) do
  if not dropped[key] and (type(value) ~= "table" or next(value) ~= nil) then
    spec[key] = copy(value, "spec." .. key)
  end
end

local labels = { ["glider.dev/rerun-of"] = obj.metadata.uid }
for key, value in pairs(obj.metadata.labels or {}) do
  local of_a_tool = key == "glider.dev/rerun-of"
  for _, prefix in ipairs(tools) do
    of_a_tool = of_a_tool or begins_with(key, prefix)
  end
  if not of_a_tool then
    labels[key] = value
  end
end

local rerun = {
  apiVersion = obj.apiVersion,
  kind = obj.kind,
  metadata = {
    generateName = obj.metadata.name .. "-",
    namespace = obj.metadata.namespace,
    labels = labels,
  },
  spec = spec,
}
return { { operation = "create", resource = rerun } }
