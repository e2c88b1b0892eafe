// Where an execution is run again with changes: the form of its template, or of the task that is written out in it. Of one in the history
// the template may be gone.
import { type ExecutionDocument, handleOf, pageOf } from "../../api/execution";

export function launchPath(execution: ExecutionDocument): string {
  const { metadata, spec } = execution;
  const template = spec.taskRef?.name;
  if (execution.archived !== undefined) {
    return `${pageOf(metadata.namespace, handleOf(execution))}/rerun?${new URLSearchParams({ of: metadata.name })}`;
  }
  if (template === undefined) {
    return `${pageOf(metadata.namespace, metadata.name)}/rerun`;
  }
  const from = new URLSearchParams({ from: `${metadata.namespace}/${metadata.name}` });
  return `/templates/${encodeURIComponent(metadata.namespace)}/${encodeURIComponent(template)}?${from}`;
}
