// Where an execution is run again with changes: the form of its template, or of the task that is written out in it.
import type { ExecutionDocument } from "../../api/execution";

export function launchPath({ metadata, spec }: ExecutionDocument): string {
  const [namespace, name] = [encodeURIComponent(metadata.namespace), encodeURIComponent(metadata.name)];
  const template = spec.taskRef?.name;
  if (template === undefined) {
    return `/executions/${namespace}/${name}/rerun`;
  }
  const from = new URLSearchParams({ from: `${metadata.namespace}/${metadata.name}` });
  return `/templates/${namespace}/${encodeURIComponent(template)}?${from}`;
}
