{{- define "glider.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "glider.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "glider.labels" -}}
{{ include "glider.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "glider.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "glider.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "glider.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{- define "glider.rules" -}}
- apiGroups: [glider.dev]
  resources: [taskexecutions, tasktemplates]
  verbs: [get, list, watch]
- apiGroups: [glider.dev]
  resources: [taskexecutions]
  verbs: [delete] # ttlSecondsAfterFinished
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
{{- end -}}

{{- /* Whether Secrets may be read: unless the values allow it, only those of listed namespaces. */ -}}
{{- define "glider.getSecrets" -}}
{{- if kindIs "bool" .Values.rbac.getSecrets -}}
{{- .Values.rbac.getSecrets -}}
{{- else -}}
{{- not (empty .Values.config.watchNamespaces) -}}
{{- end -}}
{{- end -}}

{{- /* The operator's configuration: the value `config`, and the image of the executor. */ -}}
{{- define "glider.configuration" -}}
{{- $image := printf "%s:%s" .Values.executor.image.repository (.Values.executor.image.tag | default .Chart.AppVersion) -}}
{{- $executor := dict "image" $image "imagePullPolicy" .Values.executor.image.pullPolicy -}}
{{- $ours := dict "apiVersion" "glider.dev/v1alpha1" "kind" "Configuration" "executor" $executor "logging" (dict "format" "json") -}}
{{- if eq (include "glider.leaderElect" .) "true" -}}
{{- $_ := set $ours "leaderElection" (dict "leaderElect" true "resourceName" (include "glider.fullname" .)) -}}
{{- end -}}
{{- if .Values.metrics.bearerTokenSecret.name -}}
{{- $_ := set $ours "metrics" (dict "bearerTokenFile" "/etc/glider-metrics/token") -}}
{{- end -}}
{{- toYaml (mergeOverwrite $ours (deepCopy .Values.config)) -}}
{{- end -}}

{{- /* The settings that the operator only reads at its start; it takes up the others while it runs. */ -}}
{{- define "glider.startConfiguration" -}}
{{- $configuration := include "glider.configuration" . | fromYaml -}}
{{- pick $configuration "watchNamespaces" "instanceId" "leaderElection" "sweep" "health" "metrics" "clientConnection" "events" "apiBudget" | toYaml -}}
{{- end -}}

{{- /* Whether a leader is elected: where there are several replicas, unless the configuration decides otherwise. */ -}}
{{- define "glider.leaderElect" -}}
{{- dig "leaderElection" "leaderElect" (gt (int .Values.replicas) 1) .Values.config -}}
{{- end -}}

{{- /* The Lease's name, as the operator makes it. */ -}}
{{- define "glider.lease" -}}
{{- $name := dig "leaderElection" "resourceName" "" .Values.config | default (include "glider.fullname" .) -}}
{{- printf "%s-%s" $name (dig "instanceId" "" .Values.config) | trimSuffix "-" | lower -}}
{{- end -}}

{{- define "glider.leaseNamespace" -}}
{{- dig "leaderElection" "resourceNamespace" "" .Values.config | default .Release.Namespace -}}
{{- end -}}

{{- define "glider.healthPort" -}}
{{- dig "health" "healthProbeBindAddress" "" .Values.config | default ":8081" | splitList ":" | last -}}
{{- end -}}

{{- define "glider.metricsPort" -}}
{{- dig "metrics" "bindAddress" "" .Values.config | default ":8080" | splitList ":" | last -}}
{{- end -}}

{{- /* A setting of config.restrictions as it counts for request.namespace, in CEL: that of the first entry of namespaceDefaults that
       matches and has it, else the one for all, else the default. Arguments: the root, the setting, its default. */ -}}
{{- define "glider.restriction" -}}
{{- $config := (index . 0).Values.config -}}
{{- $setting := index . 1 -}}
{{- range $entry := $config.namespaceDefaults -}}
{{- with dig "restrictions" $setting "" $entry -}}
request.namespace.matches({{ include "glider.patterns" $entry.namespaces }}) ? {{ toJson . }} : {{ "" }}
{{- end -}}
{{- end -}}
{{- dig "restrictions" $setting "" $config | default (index . 2) | toJson -}}
{{- end -}}

{{- /* Patterns of namespaces as one regular expression in CEL. */ -}}
{{- define "glider.patterns" -}}
{{- $all := list -}}
{{- range . -}}
{{- $all = append $all (. | replace "*" ".*" | replace "?" "." | replace "[!" "[^") -}}
{{- end -}}
{{- printf "^(%s)$" (join "|" $all) | squote -}}
{{- end -}}
