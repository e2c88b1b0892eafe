{{- /* What the Deployments beside the operator's have in common: the console and the front for flytekit's clients. Each has its values
       under its own name. Arguments: the root, that name, and what a template names further. */ -}}

{{- /* Names of its objects. A Service's name is shorter than others, and has no dots. */ -}}
{{- define "glider.componentName" -}}
{{- printf "%s-%s" (include "glider.fullname" (index . 0) | trunc 55 | replace "." "-" | trimSuffix "-") (index . 1) -}}
{{- end -}}

{{- /* Another name than the operator's: what selects the operator's pods must not select the component's. */ -}}
{{- define "glider.componentSelectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ printf "%s-%s" $root.Chart.Name (index . 1) | quote }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
{{- end -}}

{{- define "glider.componentLabels" -}}
{{ include "glider.componentLabelsWith" (list (index . 0) (index . 1) dict) }}
{{- end -}}

{{- /* The same with further ones. */ -}}
{{- define "glider.componentLabelsWith" -}}
{{- $root := index . 0 -}}
{{- $own := include "glider.componentSelectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/component" (index . 1) -}}
{{- toYaml (mergeOverwrite (include "glider.labelsWith" (list $root (index . 2)) | fromYaml) $own) -}}
{{- end -}}

{{- define "glider.componentServiceAccountName" -}}
{{- with (index (index . 0).Values (index . 1)).serviceAccount -}}
{{- if .create -}}
{{- default (include "glider.componentName" $) .name -}}
{{- else -}}
{{- default "default" .name -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Whether it reads what is in the store: as the operator, unless the values decide it. */ -}}
{{- define "glider.componentHasStore" -}}
{{- $root := index . 0 -}}
{{- $access := (index $root.Values (index . 1)).storeAccess -}}
{{- if not (include "glider.store" $root | fromYaml) -}}
false
{{- else if kindIs "bool" $access -}}
{{- $access -}}
{{- else -}}
{{- include "glider.operatorHasStore" $root -}}
{{- end -}}
{{- end -}}

{{- /* Its environment from Secrets and ConfigMaps, a list. */ -}}
{{- define "glider.componentEnvFrom" -}}
{{- $root := index . 0 -}}
{{- $store := include "glider.store" $root | fromYaml -}}
{{- $sources := list -}}
{{- if eq (include "glider.componentHasStore" .) "true" -}}
{{- if $root.Values.storage.secretRef -}}
{{- $sources = list (dict "secretRef" $root.Values.storage.secretRef) -}}
{{- else if $store.secret -}}
{{- /* optional: without the store it does all but what needs the store */ -}}
{{- $sources = list (dict "secretRef" (dict "name" $store.secret "optional" true)) -}}
{{- end -}}
{{- end -}}
{{- concat $sources (index $root.Values (index . 1)).envFrom | toYaml -}}
{{- end -}}

{{- /* Of its pod: the security context, where it runs, and how its image is pulled. */ -}}
{{- define "glider.componentPlacement" -}}
{{- $root := index . 0 -}}
{{- $values := index $root.Values (index . 1) -}}
{{- $hasClaim := and (eq (include "glider.componentHasStore" .) "true") (include "glider.storeVolume" $root | fromYaml) -}}
{{- $forStore := ternary (dict "fsGroup" 65532 "fsGroupChangePolicy" "OnRootMismatch") dict (not (empty $hasClaim)) -}}
securityContext: {{- toYaml (mergeOverwrite $forStore (deepCopy $root.Values.podSecurityContext)) | nindent 2 }}
{{- with concat $root.Values.global.imagePullSecrets $root.Values.imagePullSecrets | uniq }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $values.topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml $values.topologySpreadConstraints | nindent 2 }}
{{- else if gt (int $values.replicas) 1 }}
topologySpreadConstraints: # where there are several nodes, one that is lost doesn't take all
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "glider.componentSelectorLabels" . | nindent 8 }}
{{- end }}
{{- end -}}

{{- /* Its probes, at its port of this name; the scheme, if HTTPS. */ -}}
{{- define "glider.componentProbes" -}}
{{- $values := index (index . 0).Values (index . 1) -}}
{{- $port := index . 2 -}}
{{- $scheme := ternary ", scheme: HTTPS" "" (eq (index . 3) "HTTPS") -}}
startupProbe:
  httpGet: {path: /healthz, port: {{ $port }}{{ $scheme }}}
  {{- toYaml $values.startupProbe | nindent 2 }}
readinessProbe:
  httpGet: {path: /readyz, port: {{ $port }}{{ $scheme }}}
  {{- toYaml $values.readinessProbe | nindent 2 }}
livenessProbe:
  httpGet: {path: /healthz, port: {{ $port }}{{ $scheme }}}
  {{- toYaml $values.livenessProbe | nindent 2 }}
{{- end -}}

{{- /* Keeps all but one through drains of nodes, where there are several. */ -}}
{{- define "glider.componentDisruptionBudget" -}}
{{- $root := index . 0 -}}
{{- if gt (int (index $root.Values (index . 1)).replicas) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "glider.componentName" . | quote }}
  namespace: {{ $root.Release.Namespace | quote }}
  labels: {{- include "glider.componentLabels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "glider.componentSelectorLabels" . | nindent 6 }}
{{- end }}
{{- end -}}

{{- /* Its ServiceAccount, if the chart makes it. */ -}}
{{- define "glider.componentServiceAccount" -}}
{{- $root := index . 0 -}}
{{- with (index $root.Values (index . 1)).serviceAccount }}
{{- if .create }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "glider.componentServiceAccountName" $ | quote }}
  namespace: {{ $root.Release.Namespace | quote }}
  labels: {{- include "glider.componentLabelsWith" (append $ .labels) | nindent 4 }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end }}
{{- end -}}

{{- /* A NetworkPolicy of its pods, with these ports. */ -}}
{{- define "glider.componentNetworkPolicy" -}}
{{- $root := index . 0 -}}
{{- $policy := (index $root.Values (index . 1)).networkPolicy }}
{{- if $policy.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "glider.componentName" . | quote }}
  namespace: {{ $root.Release.Namespace | quote }}
  labels: {{- include "glider.componentLabels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "glider.componentSelectorLabels" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports: # the kubelet's probes come from the node, which is let in whatever stands here
        {{- range index . 2 }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
      {{- with $policy.from }}
      from: {{- toYaml . | nindent 8 }}
      {{- end }}
  egress:
    - ports: # DNS
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}
    - ports: # the API server, which no label selects
        {{- range $root.Values.networkPolicy.apiServerPorts }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
    {{- $store := include "glider.store" $root | fromYaml }}
    {{- if and (eq (include "glider.componentHasStore" .) "true") (ne $store.name "persistentVolumeClaim") }}
    - ports: # the store
        - {port: {{ include "glider.storePort" $root }}, protocol: TCP}
    {{- end }}
    {{- with $policy.extraEgress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end -}}
