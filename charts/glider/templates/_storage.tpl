{{- /* The store: what the values under `storage` mean for tasks and for the operator. */ -}}

{{- /* Of each store: the value that chooses it, those with keys, the variables that the keys go into, and other values with a variable. */ -}}
{{- define "glider.stores" -}}
s3:
  chosenBy: bucket
  scheme: s3
  keys: {accessKeyId: FLYTE_AWS_ACCESS_KEY_ID, secretAccessKey: FLYTE_AWS_SECRET_ACCESS_KEY}
  env: {endpoint: FLYTE_AWS_ENDPOINT, region: AWS_REGION}
gcs:
  chosenBy: bucket
  scheme: gs
  keys: {serviceAccountKey: GOOGLE_SERVICE_ACCOUNT_KEY}
  env: {}
azure:
  chosenBy: container
  scheme: abfs
  keys: {accountKey: FLYTE_AZURE_STORAGE_ACCOUNT_KEY}
  env: {accountName: FLYTE_AZURE_STORAGE_ACCOUNT_NAME}
persistentVolumeClaim:
  chosenBy: claimName
  scheme: file
  keys: {}
  env: {}
{{- end -}}

{{- /* The store that the values choose, if any: its name, root, plain environment, Secret, and the data of a Secret that the chart makes. */ -}}
{{- define "glider.store" -}}
{{- $chosen := list -}}
{{- range $name, $store := include "glider.stores" . | fromYaml -}}
{{- $values := index $.Values.storage $name -}}
{{- if index $values $store.chosenBy -}}
{{- $chosen = append $chosen (dict "name" $name "store" $store "values" $values) -}}
{{- else -}}
{{- range $other := without (keys $values | sortAlpha) "mountPath" -}}
{{- if index $values $other -}}
{{- fail (printf "storage.%s.%s: expected storage.%s.%s with it, found none" $name $other $name $store.chosenBy) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if gt (len $chosen) 1 -}}
{{- $names := list -}}
{{- range $chosen -}}{{- $names = append $names (printf "storage.%s.%s" .name .store.chosenBy) -}}{{- end -}}
{{- fail (printf "%s: expected one of them, found %d" (join " and " $names) (len $chosen)) -}}
{{- end -}}
{{- with first $chosen -}}
{{- $result := dict "name" .name "env" list "secret" "" "data" dict -}}
{{- if eq .name "persistentVolumeClaim" -}}
{{- include "glider.checkMountPath" .values.mountPath -}}
{{- $_ := set $result "root" (printf "file://%s" .values.mountPath) -}}
{{- else -}}
{{- $_ := set $result "root" (list (printf "%s://%s" .store.scheme (index .values .store.chosenBy)) .values.prefix | compact | join "/") -}}
{{- $_ := set $result "secret" .values.existingSecret -}}
{{- end -}}
{{- $values := .values -}}
{{- range $field, $variable := .store.env -}}
{{- with index $values $field -}}
{{- $_ := set $result "env" (append $result.env (dict "name" $variable "value" .)) -}}
{{- end -}}
{{- end -}}
{{- $missing := list -}}
{{- range $field, $variable := .store.keys -}}
{{- if index $values $field -}}
{{- $_ := set $result.data $variable (index $values $field) -}}
{{- else -}}
{{- $missing = append $missing (printf "storage.%s.%s" $result.name $field) -}}
{{- end -}}
{{- end -}}
{{- if $result.data -}}
{{- if $missing -}}
{{- $both := list -}}
{{- range $field := keys .store.keys | sortAlpha -}}{{- $both = append $both (printf "storage.%s.%s" $result.name $field) -}}{{- end -}}
{{- fail (printf "%s: expected %s together, found one of them" (first $missing) (join " and " $both)) -}}
{{- end -}}
{{- if .values.existingSecret -}}
{{- $key := keys .store.keys | sortAlpha | first -}}
{{- fail (printf "storage.%s.%s and storage.%s.existingSecret: expected one of them, found both" .name $key .name) -}}
{{- end -}}
{{- if not (include "glider.taskNamespaces" $ | fromYamlArray) -}}
{{- $key := keys .store.keys | sortAlpha | first -}}
{{- fail (printf "storage.%s.%s: expected taskNamespaces or config.watchNamespaces, the namespaces whose tasks get the key, found none" .name $key) -}}
{{- end -}}
{{- $_ := set $result "secret" (printf "%s-store" (include "glider.fullname" $ | trunc 57 | trimSuffix "-")) -}}
{{- end -}}
{{- if and (eq .name "azure") (not .values.accountName) (not .values.existingSecret) -}}
{{- fail "storage.azure.accountName: expected the name of the storage account, or existingSecret with FLYTE_AZURE_STORAGE_ACCOUNT_NAME, found neither" -}}
{{- end -}}
{{- toYaml $result -}}
{{- end -}}
{{- end -}}

{{- /* A claim must not cover, or be within, what Glider has in its own pod and in those of tasks. */ -}}
{{- define "glider.checkMountPath" -}}
{{- $path := . -}}
{{- range $ours := list "/etc/flyte" "/etc/glider" "/etc/glider-metrics" "/opt/glider" "/tmp" "/var/run/glider" "/var/run/glider-code" "/var/run/glider-data" "/var/run/glider-scratch" -}}
{{- if or (hasPrefix (printf "%s/" $path) (printf "%s/" $ours)) (hasPrefix (printf "%s/" $ours) (printf "%s/" $path)) -}}
{{- fail (printf "storage.persistentVolumeClaim.mountPath: expected a folder apart from %s, which Glider uses, found %s" $ours $path) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Whether the operator gets what tasks get of the store. */ -}}
{{- define "glider.operatorHasStore" -}}
{{- $store := include "glider.store" . | fromYaml -}}
{{- if not $store -}}
false
{{- else if kindIs "bool" .Values.storage.operatorAccess -}}
{{- .Values.storage.operatorAccess -}}
{{- else -}}
{{- or (ne $store.name "persistentVolumeClaim") (has .Release.Namespace (include "glider.watchNamespaces" . | fromYamlArray)) -}}
{{- end -}}
{{- end -}}

{{- /* The volume of a claim, for tasks and the operator alike: `volume` and `mount`, or nothing with another store. */ -}}
{{- define "glider.storeVolume" -}}
{{- with .Values.storage.persistentVolumeClaim -}}
{{- if .claimName -}}
volume: {name: glider-store, persistentVolumeClaim: {claimName: {{ .claimName | quote }}}}
mount: {name: glider-store, mountPath: {{ .mountPath | quote }}{{ with .subPath }}, subPath: {{ . | quote }}{{ end }}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The operator's environment from Secrets and ConfigMaps, a list. */ -}}
{{- define "glider.operatorEnvFrom" -}}
{{- $store := include "glider.store" . | fromYaml -}}
{{- $sources := list -}}
{{- if .Values.storage.secretRef -}}
{{- $sources = list (dict "secretRef" .Values.storage.secretRef) -}}
{{- else if and $store.secret (eq (include "glider.operatorHasStore" .) "true") -}}
{{- /* optional: one that only tasks' namespaces have must not keep the operator from its start, which seldom needs the store */ -}}
{{- $sources = list (dict "secretRef" (dict "name" $store.secret "optional" true)) -}}
{{- end -}}
{{- concat $sources .Values.envFrom | toYaml -}}
{{- end -}}

{{- /* Whether the operator keeps the history of executions, for which it needs the store. */ -}}
{{- define "glider.keepsHistory" -}}
{{- $config := include "glider.configuration" . | fromYaml -}}
{{- if dig "history" "enabled" false $config -}}
{{- $store := include "glider.store" . | fromYaml -}}
{{- if and (eq (dig "name" "" $store) "persistentVolumeClaim") (not (dig "history" "prefix" "" $config)) -}}
{{- fail "config.history.enabled: expected an object store, storage.s3, storage.gcs, storage.azure or config.history.prefix; found storage.persistentVolumeClaim" -}}
{{- end -}}
{{- if not (or (dig "history" "prefix" "" $config) (dig "storage" "metadataPrefix" "" $config) (dig "storage" "rawOutputDataPrefix" "" $config)) -}}
{{- fail "config.history.enabled: expected a store, by the values storage.s3, storage.gcs or storage.azure, by config.storage or by config.history.prefix; found none" -}}
{{- end -}}
true
{{- else -}}
false
{{- end -}}
{{- end -}}

{{- /* The prefix of the history, where it is kept. */ -}}
{{- define "glider.historyPrefix" -}}
{{- if eq (include "glider.keepsHistory" .) "true" -}}
{{- $config := include "glider.configuration" . | fromYaml -}}
{{- $below := dig "storage" "metadataPrefix" "" $config | default (dig "storage" "rawOutputDataPrefix" "" $config) -}}
{{- dig "history" "prefix" "" $config | default (printf "%s/.history" (trimSuffix "/" $below)) -}}
{{- end -}}
{{- end -}}

{{- /* The port that the store listens on. */ -}}
{{- define "glider.storePort" -}}
{{- $endpoint := urlParse (.Values.storage.s3.endpoint | default "https://store") -}}
{{- $endpoint.host | regexFind ":[0-9]+$" | trimPrefix ":" | default (ternary 80 443 (eq $endpoint.scheme "http")) -}}
{{- end -}}
