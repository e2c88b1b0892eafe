// Where an execution is run again with changes: the form of its template, or of the task that is written out in it.
import { type ExecutionDocument, pageOf } from "../../api/execution";

export function launchPath({ metadata, spec }: ExecutionDocument): string {
  const template = spec.taskRef?.name;
  if (template === undefined) {
    return `${pageOf(metadata.namespace, metadata.name)}/rerun`;
  }
  const from = new URLSearchParams({ from: `${metadata.namespace}/${metadata.name}` });
  return `/templates/${encodeURIComponent(metadata.namespace)}/${encodeURIComponent(template)}?${from}`;
}
