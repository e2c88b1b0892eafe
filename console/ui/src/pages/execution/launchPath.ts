// Where an execution is run again with changes: the form of its template, or of the task that is written out in it.
import { type ExecutionDocument, handleOf, pageOf } from "../../api/execution";

export function launchPath(execution: ExecutionDocument): string {
  const { metadata, spec } = execution;
  const template = spec.taskRef?.name;
  if (template === undefined) {
    return `${pageOf(metadata.namespace, handleOf(execution))}/rerun`;
  }
  const from = new URLSearchParams({ from: `${metadata.namespace}/${handleOf(execution)}` });
  return `/templates/${encodeURIComponent(metadata.namespace)}/${encodeURIComponent(template)}?${from}`;
}
