{{- /* The rules of RBAC, each in one place. */ -}}

{{- /* The operator's, in all namespaces or in each of those that it is limited to. */ -}}
{{- define "glider.rules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [get, list, watch]
- apiGroups: [glider.dev]
  resources: [taskexecutions]
  verbs: [delete] # ttlSecondsAfterFinished
{{- if eq (include "glider.retainsTemplates" .) "true" }}
- apiGroups: [glider.dev]
  resources: [tasktemplates]
  verbs: [patch, delete] # templateRetention
{{- end }}
- apiGroups: [glider.dev]
  resources: [taskexecutions/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, delete]
- apiGroups: [""]
  resources: [configmaps, podtemplates]
  verbs: [get] # what a pod refers to is looked for before the pod is made
{{- if eq (include "glider.getSecrets" .) "true" }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [get] # the same; only the names of its keys are kept
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, list] # list: of a pod that waits for long
{{- if eq (include "glider.readsLogs" .) "true" }}
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get] # history.podLogs
{{- end }}
{{- end -}}

{{- /* Whether the operator may read logs, of containers that were killed with their executors: with a history, unless somebody opts out. */ -}}
{{- define "glider.readsLogs" -}}
{{- $config := include "glider.configuration" . | fromYaml -}}
{{- and (dig "history" "enabled" false $config) (dig "history" "podLogs" true $config) -}}
{{- end -}}

{{- /* Whether TaskTemplates may be deleted: only where the configuration names templateRetention, for all namespaces or for some. */ -}}
{{- define "glider.retainsTemplates" -}}
{{- $config := include "glider.configuration" . | fromYaml -}}
{{- $retains := hasKey $config "templateRetention" -}}
{{- range $config.namespaceDefaults -}}
{{- if hasKey . "templateRetention" -}}
{{- $retains = true -}}
{{- end -}}
{{- end -}}
{{- $retains -}}
{{- end -}}

{{- /* Whether Secrets may be read: unless the values allow it, only those of namespaces that the operator is limited to. */ -}}
{{- define "glider.getSecrets" -}}
{{- if kindIs "bool" .Values.rbac.getSecrets -}}
{{- .Values.rbac.getSecrets -}}
{{- else -}}
{{- not (empty (include "glider.watchNamespaces" . | fromYamlArray)) -}}
{{- end -}}
{{- end -}}

{{- /* Whether ClusterRoles for users are made: unless the values decide it, where the operator has a ClusterRole itself. */ -}}
{{- define "glider.aggregate" -}}
{{- if kindIs "bool" .Values.rbac.aggregate -}}
{{- .Values.rbac.aggregate -}}
{{- else -}}
{{- empty (include "glider.watchNamespaces" . | fromYamlArray) -}}
{{- end -}}
{{- end -}}

{{- /* Those who may see what runs. */ -}}
{{- define "glider.viewRules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [get, list, watch]
{{- end -}}

{{- /* Those who may run tasks; only the operator writes statuses. */ -}}
{{- define "glider.editRules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [get, list, watch, create, update, patch, delete, deletecollection]
{{- end -}}

{{- /* The front's for flytekit's clients: it answers from what it watches, and writes with its callers' rights. */ -}}
{{- define "glider.adminRules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [list, watch]
{{- if .Values.admin.uploads.readConfigMaps }}
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get] # files that were uploaded where there is no store, for the pods that fetch them
{{- end }}
{{- end -}}

{{- /* What the pods of eager tasks need in their namespace: their service account starts other tasks there, by the front. */ -}}
{{- define "glider.eagerRules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions]
  verbs: [get, list, watch, create, patch] # patch: to cancel one
- apiGroups: [glider.dev]
  resources: [tasktemplates]
  verbs: [get, list, create]
{{- end -}}

{{- /* What `glider`, and flytekit's clients by the front, need in a namespace, for all of their commands. */ -}}
{{- define "glider.userRules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [configmaps] # the code of templates, where there is no store; what flytekit's clients register beside tasks
  verbs: [get, list, create, patch]
- apiGroups: [""]
  resources: [pods] # why an execution waits
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [get, list, watch]
{{- end -}}
