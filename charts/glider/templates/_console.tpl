{{- /* The console: its configuration, and what contradicts itself in `console`. */ -}}

{{- /* Whether it acts as others, which takes rights of its own. */ -}}
{{- define "glider.consoleImpersonates" -}}
{{- not (empty .Values.console.auth.impersonation.proxies) -}}
{{- end -}}

{{- /* The file that it reads at its start. */ -}}
{{- define "glider.consoleConfiguration" -}}
{{- include "glider.checkConsole" . -}}
{{- $console := .Values.console -}}
{{- $config := dict "apiVersion" "glider.dev/v1alpha1" "kind" "ConsoleConfiguration" "bindAddress" ":8585" -}}
{{- $_ := set $config "operatorConfigFile" "/etc/glider/config.yaml" -}}
{{- $_ := set $config "logging" (dict "format" "json" "level" $console.logLevel) -}}
{{- $_ := set $config "token" (dict "enabled" $console.auth.token.enabled) -}}
{{- with $console.namespace -}}
{{- $_ := set $config "namespace" . -}}
{{- end -}}
{{- with $console.namespaces | default (include "glider.taskNamespaces" . | fromYamlArray) -}}
{{- $_ := set $config "namespaces" . -}}
{{- end -}}
{{- with $console.limits -}}
{{- $_ := set $config "limits" . -}}
{{- end -}}
{{- with concat (list $console.ingress.host | compact) $console.hosts -}}
{{- /* localhost: for kubectl port-forward. Another site's page can't have that name. */ -}}
{{- $_ := set $config "hosts" (concat . (list "localhost" "127.0.0.1") | uniq) -}}
{{- end -}}
{{- if $console.auth.proxyToken.enabled -}}
{{- $_ := set $config "proxyToken" (dict "header" $console.auth.proxyToken.header) -}}
{{- end -}}
{{- with $console.auth.impersonation -}}
{{- if .proxies -}}
{{- $impersonation := pick . "proxies" "userHeader" "groupHeader" "secretHeader" -}}
{{- if .secretName -}}
{{- $_ := set $impersonation "secretFile" "/etc/glider-console-proxy/secret" -}}
{{- else -}}
{{- $_ := unset $impersonation "secretHeader" -}}
{{- end -}}
{{- $_ := set $config "impersonation" $impersonation -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* What in `console` contradicts itself. */ -}}
{{- define "glider.checkConsole" -}}
{{- with .Values.console -}}
{{- if and .ingress.enabled (not .ingress.host) -}}
{{- fail "console.ingress.host: expected the name that viewers reach the console by, such as glider.example.com, found none" -}}
{{- end -}}
{{- if not (or .auth.token.enabled .auth.proxyToken.enabled .auth.impersonation.proxies) -}}
{{- fail "console.auth: expected a way in, found none: enable token or proxyToken, or list impersonation.proxies" -}}
{{- end -}}
{{- with .auth.impersonation -}}
{{- if not .proxies -}}
{{- range $name := list "secretName" "users" "groups" -}}
{{- if index $.Values.console.auth.impersonation $name -}}
{{- fail (printf "console.auth.impersonation.%s: expected console.auth.impersonation.proxies with it, the networks of the proxies that may name viewers, found none" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .proxies -}}
{{- if and (hasSuffix "/0" .) (not $.Values.console.auth.impersonation.secretName) -}}
{{- fail (printf "console.auth.impersonation.proxies: expected the networks of proxies alone, or secretName beside it, found %s" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
