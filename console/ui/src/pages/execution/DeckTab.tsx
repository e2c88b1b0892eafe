// The page that the task has made.
import type { ExecutionProps } from "../../api/execution";

export function DeckTab({ execution }: ExecutionProps) {
  return <p>Deck of {execution.metadata.name}: not yet.</p>;
}
