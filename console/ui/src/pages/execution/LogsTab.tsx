// What the attempts have written.
import type { ExecutionProps } from "../../api/execution";

export function LogsTab({ execution }: ExecutionProps) {
  return <p>Logs of {execution.metadata.name}: not yet.</p>;
}
