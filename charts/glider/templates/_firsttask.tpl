{{- /* A task that needs nothing but its image, for NOTES.txt and for `helm test`. */ -}}

{{- /* The code of the task. */ -}}
{{- define "glider.firstTaskCode" -}}
def hello(name: str) -> str:
    return f"hello, {name}"
{{- end -}}

{{- /* A TaskTemplate's spec. Arguments: the ConfigMap with the code, the image. */ -}}
{{- define "glider.firstTask" -}}
interface:
  inputs: {name: string}
  outputs: {o0: string}
container:
  image: {{ index . 1 | quote }}
  workingDir: /code
  args: [glider-execute, --inputs, "{{ "{{.input}}" }}", --output-prefix, "{{ "{{.outputPrefix}}" }}",
    --raw-output-data-prefix, "{{ "{{.rawOutputDataPrefix}}" }}", --task-module, hello, --task-name, hello]
  resources: {requests: {cpu: 20m, memory: 64Mi}, limits: {cpu: "1", memory: 256Mi}}
volumes: [{name: code, configMap: {name: {{ index . 0 | quote }}}}]
volumeMounts: [{name: code, mountPath: /code}]
{{- end -}}

{{- /* The image of tasks that name none. */ -}}
{{- define "glider.firstTaskImage" -}}
{{- dig "defaultImage" "" (include "glider.configuration" . | fromYaml) | default "python:{python}-slim" | replace "{python}" "3.11" -}}
{{- end -}}

{{- /* Whether executions in the operator's own namespace run. */ -}}
{{- define "glider.ownNamespaceAllowed" -}}
{{- contains "\"Allowed\"" (include "glider.restriction" (list . "operatorNamespace" "Refused")) -}}
{{- end -}}

{{- /* The first of some namespaces in which tasks run. Arguments: the root, the namespaces. */ -}}
{{- define "glider.firstForTasks" -}}
{{- $root := index . 0 -}}
{{- $namespaces := index . 1 -}}
{{- if ne (include "glider.ownNamespaceAllowed" $root) "true" -}}
{{- $namespaces = without $namespaces $root.Release.Namespace -}}
{{- end -}}
{{- with first $namespaces -}}{{- . -}}{{- end -}}
{{- end -}}

{{- /* The namespace of `helm test`, or nothing where the test needs one that isn't known: with a Secret, a claim or a service account
       of yours a new namespace has none of them. */ -}}
{{- define "glider.testNamespace" -}}
{{- $known := .Values.helmTest.namespace | default (include "glider.firstForTasks" (list . (include "glider.taskNamespaces" . | fromYamlArray))) -}}
{{- if $known -}}
{{- $known -}}
{{- else -}}
{{- $pod := dig "taskPod" dict (include "glider.configuration" . | fromYaml) -}}
{{- if not (or $pod.envFrom $pod.volumes $pod.imagePullSecrets $pod.serviceAccountName $pod.podTemplateRef) -}}
{{- include "glider.ownTestNamespace" . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The name of the test's objects. */ -}}
{{- define "glider.testName" -}}
{{- printf "%s-test" (include "glider.fullname" . | trunc 58 | trimSuffix "-") -}}
{{- end -}}

{{- /* The namespace that `helm test` creates where it has no other. Helm deletes whatever has the name, so it is one that nobody else has. */ -}}
{{- define "glider.ownTestNamespace" -}}
{{- printf "%s-test-%s" (include "glider.fullname" . | replace "." "-" | trunc 49 | trimSuffix "-") (printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 8) -}}
{{- end -}}
