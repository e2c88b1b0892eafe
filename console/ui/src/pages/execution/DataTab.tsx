// What the execution was given, and what it returned.
import type { ExecutionProps } from "../../api/execution";

export function DataTab({ execution }: ExecutionProps) {
  return <p>Inputs and outputs of {execution.metadata.name}: not yet.</p>;
}
