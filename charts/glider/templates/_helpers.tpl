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

{{- /* The labels of an object: the chart's own, which nothing replaces, and commonLabels. */ -}}
{{- define "glider.labels" -}}
{{ include "glider.labelsWith" (list . dict) }}
{{- end -}}

{{- /* The same with further ones. Arguments: the root, the further labels. */ -}}
{{- define "glider.labelsWith" -}}
{{- $root := index . 0 -}}
{{- $own := include "glider.selectorLabels" $root | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" $root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/component" "operator" -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" $root.Release.Service -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version) -}}
{{- toYaml (mergeOverwrite (deepCopy $root.Values.commonLabels) (deepCopy (index . 1)) $own) -}}
{{- end -}}

{{- define "glider.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "glider.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* The name of an image. Arguments: the root, one of the values' images. */ -}}
{{- define "glider.imageOf" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $tag := $image.tag | default $root.Chart.AppVersion -}}
{{- include "glider.fromRegistry" (list $root (printf "%s%s%s" $image.repository (ternary "@" ":" (hasPrefix "sha256:" $tag)) $tag)) -}}
{{- end -}}

{{- /* An image in global.imageRegistry, if there is one. Arguments: the root, the image. */ -}}
{{- define "glider.fromRegistry" -}}
{{- $root := index . 0 -}}
{{- printf "%s/%s" (trimSuffix "/" $root.Values.global.imageRegistry) (index . 1) | trimPrefix "/" -}}
{{- end -}}

{{- define "glider.image" -}}
{{- include "glider.imageOf" (list . .Values.image) -}}
{{- end -}}

{{- /* The Lease's name, as the operator makes it. */ -}}
{{- define "glider.lease" -}}
{{- $name := (include "glider.explicitConfiguration" . | fromYaml | dig "leaderElection" "resourceName" "") | default (include "glider.fullname" .) -}}
{{- printf "%s-%s" $name ((include "glider.explicitConfiguration" . | fromYaml | dig "instanceId" "")) | trimSuffix "-" | lower -}}
{{- end -}}

{{- define "glider.leaseNamespace" -}}
{{- (include "glider.explicitConfiguration" . | fromYaml | dig "leaderElection" "resourceNamespace" "") | default .Release.Namespace -}}
{{- end -}}

{{- define "glider.healthPort" -}}
{{- (include "glider.explicitConfiguration" . | fromYaml | dig "health" "healthProbeBindAddress" "") | default ":8081" | splitList ":" | last -}}
{{- end -}}

{{- /* The name of the Service of /metrics, which is the metrics' job. A Service's name is shorter than others, and has no dots. */ -}}
{{- define "glider.metricsName" -}}
{{- printf "%s-metrics" (include "glider.fullname" . | trunc 55 | replace "." "-" | trimSuffix "-") -}}
{{- end -}}

{{- define "glider.metricsPort" -}}
{{- (include "glider.explicitConfiguration" . | fromYaml | dig "metrics" "bindAddress" "") | default ":8080" | splitList ":" | last -}}
{{- end -}}

{{- /* A setting of config.restrictions as it counts for request.namespace, in CEL: that of the first entry of namespaceDefaults that
       matches and has it, else the one for all, else the default. Arguments: the root, the setting, its default. */ -}}
{{- define "glider.restriction" -}}
{{- $config := include "glider.configuration" (index . 0) | fromYaml -}}
{{- $setting := index . 1 -}}
{{- range $entry := $config.namespaceDefaults -}}
{{- with get ($entry.restrictions | default dict) $setting -}}
request.namespace.matches({{ include "glider.patterns" $entry.namespaces }}) ? {{ toJson . }} : {{ "" }}
{{- end -}}
{{- end -}}
{{- dig "restrictions" $setting "" $config | default (index . 2) | toJson -}}
{{- end -}}

{{- /* The service accounts of config.restrictions for request.namespace, as a regular expression in CEL; found as above. An empty
       list is one, and no service account is in it. */ -}}
{{- define "glider.serviceAccountPatterns" -}}
{{- $config := include "glider.configuration" . | fromYaml -}}
{{- range $entry := $config.namespaceDefaults -}}
{{- $accounts := get ($entry.restrictions | default dict) "serviceAccounts" -}}
{{- if kindIs "slice" $accounts -}}
request.namespace.matches({{ include "glider.patterns" $entry.namespaces }}) ? {{ include "glider.patterns" $accounts }} : {{ "" }}
{{- end -}}
{{- end -}}
{{- $accounts := dig "restrictions" "serviceAccounts" nil $config -}}
{{- include "glider.patterns" (kindIs "slice" $accounts | ternary $accounts (list "*")) -}}
{{- end -}}

{{- /* Patterns of names as one regular expression in CEL. */ -}}
{{- define "glider.patterns" -}}
{{- $all := list -}}
{{- range . -}}
{{- $all = append $all (. | replace "." "[.]" | replace "*" ".*" | replace "?" "." | replace "[!" "[^") -}}
{{- end -}}
{{- printf "^(%s)$" (join "|" $all) | squote -}}
{{- end -}}
