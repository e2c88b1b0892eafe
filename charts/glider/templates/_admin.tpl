{{- /* The front for flytekit's clients: its addresses, its configuration, and what contradicts itself in `admin`. */ -}}

{{- /* The Secret with the key that its replicas share. */ -}}
{{- define "glider.adminKeySecret" -}}
{{- .Values.admin.uploads.secretName | default (include "glider.componentName" (list . "admin")) -}}
{{- end -}}

{{- /* The key: that of the release before, else a new one. What renders the chart without a cluster knows no release before. */ -}}
{{- define "glider.adminKey" -}}
{{- $before := lookup "v1" "Secret" .Release.Namespace (include "glider.adminKeySecret" .) -}}
{{- dig "data" .Values.admin.uploads.secretKey "" $before | default (randBytes 32) -}}
{{- end -}}

{{- /* The name of its Service within the cluster. */ -}}
{{- define "glider.adminHost" -}}
{{- printf "%s.%s.svc" (include "glider.componentName" (list . "admin")) .Release.Namespace -}}
{{- end -}}

{{- /* Whether it ends TLS itself, at both ports. */ -}}
{{- define "glider.adminHasTLS" -}}
{{- not (empty .Values.admin.tls.secretName) -}}
{{- end -}}

{{- /* Where clients and pods reach its HTTP port. */ -}}
{{- define "glider.adminUrl" -}}
{{- with .Values.admin -}}
{{- if .url -}}
{{- .url -}}
{{- else if .ingress.enabled -}}
{{- printf "https://%s" .ingress.host -}}
{{- else -}}
{{- printf "%s://%s:%v" (ternary "https" "http" (eq (include "glider.adminHasTLS" $) "true")) (include "glider.adminHost" $) .service.httpPort -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The file that it reads at its start: the value `admin.config`, over what other values set. */ -}}
{{- define "glider.adminConfiguration" -}}
{{- include "glider.checkAdmin" . -}}
{{- $admin := .Values.admin -}}
{{- $config := dict "apiVersion" "glider.dev/v1alpha1" "kind" "AdminConfiguration" "grpcAddress" ":8089" "httpAddress" ":8088" -}}
{{- $_ := set $config "url" (include "glider.adminUrl" .) -}}
{{- $_ := set $config "operatorConfigFile" "/etc/glider/config.yaml" -}}
{{- $_ := set $config "logging" (dict "format" "json") -}}
{{- $_ := set $config "uploads" (dict "keyFile" "/etc/glider-admin-key/key") -}}
{{- with include "glider.watchNamespaces" . | fromYamlArray -}}
{{- $_ := set $config "watchNamespaces" . -}}
{{- end -}}
{{- if eq (include "glider.adminHasTLS" .) "true" -}}
{{- $_ := set $config "tls" (dict "certFile" "/etc/glider-admin-tls/tls.crt" "keyFile" "/etc/glider-admin-tls/tls.key") -}}
{{- end -}}
{{- toYaml (mergeOverwrite $config (include "glider.withoutNulls" $admin.config | fromYaml)) -}}
{{- end -}}

{{- /* What in `admin` contradicts itself. */ -}}
{{- define "glider.checkAdmin" -}}
{{- with .Values.admin -}}
{{- if and .ingress.enabled (not .ingress.host) -}}
{{- fail "admin.ingress.host: expected the name that clients reach the front by, such as flyte.example.com, found none" -}}
{{- end -}}
{{- end -}}
{{- end -}}
