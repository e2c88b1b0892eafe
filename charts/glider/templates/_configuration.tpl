{{- /* The value `config`, where null is the same as nothing. */ -}}
{{- define "glider.explicitConfiguration" -}}
{{- include "glider.withoutNulls" .Values.config -}}
{{- end -}}

{{- /* Settings, without those that are null. */ -}}
{{- define "glider.withoutNulls" -}}
{{- $config := dict -}}
{{- range $name, $setting := . -}}
{{- if not (kindIs "invalid" $setting) -}}
{{- $_ := set $config $name $setting -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* The operator's configuration: the value `config`, over what other values set. */ -}}
{{- define "glider.configuration" -}}
{{- $ours := include "glider.derivedConfiguration" . | fromYaml -}}
{{- $explicit := include "glider.explicitConfiguration" . | fromYaml -}}
{{- $config := mergeOverwrite (deepCopy $ours) (deepCopy $explicit) -}}
{{- /* lists of what pods have are joined, the explicit ones last: of two variables of one name the last counts */ -}}
{{- range $list := list "imagePullSecrets" "env" "envFrom" "volumes" "volumeMounts" -}}
{{- $derived := dig "taskPod" $list list $ours -}}
{{- if $derived -}}
{{- $_ := set $config.taskPod $list (concat $derived (dig "taskPod" $list list $explicit | default list)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* What values other than `config` set in it. */ -}}
{{- define "glider.derivedConfiguration" -}}
{{- $executor := dict "image" (include "glider.imageOf" (list . .Values.executor.image)) "imagePullPolicy" .Values.executor.image.pullPolicy "delivery" .Values.executor.delivery -}}
{{- $ours := dict "apiVersion" "glider.dev/v1alpha1" "kind" "Configuration" "executor" $executor "logging" (dict "format" "json") -}}
{{- if eq (include "glider.leaderElect" .) "true" -}}
{{- $_ := set $ours "leaderElection" (dict "leaderElect" true "resourceName" (include "glider.fullname" .)) -}}
{{- end -}}
{{- if .Values.metrics.bearerTokenSecret.name -}}
{{- $_ := set $ours "metrics" (dict "bearerTokenFile" "/etc/glider-metrics/token") -}}
{{- end -}}
{{- if .Values.global.imageRegistry -}}
{{- $_ := set $ours "defaultImage" (include "glider.fromRegistry" (list . "python:{python}-slim")) -}}
{{- end -}}
{{- if ne (include "glider.getSecrets" .) "true" -}}
{{- $_ := set $ours "lookups" (dict "secrets" false) -}}
{{- end -}}
{{- if .Values.singleNamespace -}}
{{- $_ := set $ours "watchNamespaces" (list .Release.Namespace) -}}
{{- $_ := set $ours "restrictions" (dict "operatorNamespace" "Allowed") -}}
{{- end -}}
{{- with include "glider.store" . | fromYaml -}}
{{- $_ := set $ours "storage" (dict "metadataPrefix" (printf "%s/metadata" .root) "rawOutputDataPrefix" (printf "%s/raw" .root)) -}}
{{- if and (eq .name "persistentVolumeClaim") (eq (include "glider.operatorHasStore" $) "true") -}}
{{- $_ := set $ours "storageAccess" (dict "filesRoot" $.Values.storage.persistentVolumeClaim.mountPath) -}}
{{- end -}}
{{- end -}}
{{- with include "glider.derivedTaskPod" . | fromYaml -}}
{{- $_ := set $ours "taskPod" . -}}
{{- end -}}
{{- with .Values.admin -}}
{{- if and .enabled .eager.enabled -}}
{{- $front := dict "endpoint" (printf "%s:%v" (include "glider.adminHost" $) .service.grpcPort) "insecure" (ne (include "glider.adminHasTLS" $) "true") -}}
{{- with .config.namespace -}}
{{- $_ := set $front "namespace" . -}}
{{- end -}}
{{- $_ := set $ours "admin" $front -}}
{{- end -}}
{{- end -}}
{{- toYaml $ours -}}
{{- end -}}

{{- /* What they set in all tasks' pods. */ -}}
{{- define "glider.derivedTaskPod" -}}
{{- $pod := dict -}}
{{- with .Values.global.imagePullSecrets -}}
{{- $_ := set $pod "imagePullSecrets" . -}}
{{- end -}}
{{- with include "glider.taskServiceAccountName" . -}}
{{- $_ := set $pod "serviceAccountName" . -}}
{{- end -}}
{{- with include "glider.store" . | fromYaml -}}
{{- with .env -}}
{{- $_ := set $pod "env" . -}}
{{- end -}}
{{- with .secret -}}
{{- $_ := set $pod "envFrom" (list (dict "secretRef" (dict "name" .))) -}}
{{- end -}}
{{- end -}}
{{- with include "glider.storeVolume" . | fromYaml -}}
{{- $_ := set $pod "volumes" (list .volume) -}}
{{- $_ := set $pod "volumeMounts" (list .mount) -}}
{{- /* the restricted one, which it replaces as a whole, and one that doesn't change the owner of all files at the start of each pod */ -}}
{{- $context := dict "runAsNonRoot" true "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 "fsGroupChangePolicy" "OnRootMismatch" -}}
{{- $_ := set $pod "securityContext" (set $context "seccompProfile" (dict "type" "RuntimeDefault")) -}}
{{- end -}}
{{- toYaml $pod -}}
{{- end -}}

{{- /* The settings that the operator only reads at its start; it takes up the others while it runs. */ -}}
{{- define "glider.startConfiguration" -}}
{{- $configuration := include "glider.configuration" . | fromYaml -}}
{{- pick $configuration "watchNamespaces" "instanceId" "leaderElection" "sweep" "health" "metrics" "clientConnection" "events" "apiBudget" "lookups" "history" | toYaml -}}
{{- end -}}

{{- /* The namespaces that the operator is limited to, a list. */ -}}
{{- define "glider.watchNamespaces" -}}
{{- if .Values.singleNamespace -}}
{{- with .Values.config.watchNamespaces -}}
{{- if ne (toJson .) (toJson (list $.Release.Namespace)) -}}
{{- fail (printf "singleNamespace and config.watchNamespaces: expected one of them, found both; singleNamespace is for %s alone" $.Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- if eq (include "glider.explicitConfiguration" . | fromYaml | dig "restrictions" "operatorNamespace" "" | toString) "Refused" -}}
{{- fail "singleNamespace: expected config.restrictions.operatorNamespace Allowed, or left out, since tasks run beside the operator; found Refused" -}}
{{- end -}}
{{- list .Release.Namespace | toYaml -}}
{{- else -}}
{{- .Values.config.watchNamespaces | default list | uniq | toYaml -}}
{{- end -}}
{{- end -}}

{{- /* The namespaces that the chart prepares for tasks, a list. */ -}}
{{- define "glider.taskNamespaces" -}}
{{- if .Values.taskNamespaces -}}
{{- uniq .Values.taskNamespaces | toYaml -}}
{{- else -}}
{{- include "glider.watchNamespaces" . -}}
{{- end -}}
{{- end -}}

{{- define "glider.taskServiceAccountName" -}}
{{- with .Values.executor.serviceAccount -}}
{{- if .create -}}
{{- .name | default (printf "%s-task" (include "glider.fullname" $ | trunc 58 | trimSuffix "-")) -}}
{{- else -}}
{{- .name -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Whether a leader is elected: where there are several replicas, unless the configuration decides otherwise. */ -}}
{{- define "glider.leaderElect" -}}
{{- include "glider.explicitConfiguration" . | fromYaml | dig "leaderElection" "leaderElect" (gt (int .Values.replicas) 1) -}}
{{- end -}}
