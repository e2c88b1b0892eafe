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
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
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
  resources: [secrets, configmaps, podtemplates]
  verbs: [get]
- apiGroups: [""]
  resources: [events]
  verbs: [create, list] # list: of a pod that waits for long
{{- end -}}

{{- define "glider.configuration" -}}
apiVersion: glider.dev/v1alpha1
kind: Configuration
storage:
  {{- toYaml .Values.storage | nindent 2 }}
executor:
  image: "{{ .Values.executor.image.repository }}:{{ .Values.executor.image.tag | default .Chart.AppVersion }}"
  imagePullPolicy: {{ .Values.executor.image.pullPolicy }}
  python: {{ .Values.executor.python }}
taskPod:
  {{- toYaml .Values.taskPod | nindent 2 }}
{{- if .Values.statsd.host }}
statsd:
  host: {{ .Values.statsd.host | quote }}
  port: {{ .Values.statsd.port }}
{{- end }}
watchNamespaces: {{ toJson .Values.watchNamespaces }}
clientConnection:
  {{- toYaml .Values.clientConnection | nindent 2 }}
logging:
  {{- toYaml .Values.logging | nindent 2 }}
health:
  healthProbeBindAddress: 0.0.0.0:8081
metrics:
  bindAddress: 0.0.0.0:8080
{{- end -}}
