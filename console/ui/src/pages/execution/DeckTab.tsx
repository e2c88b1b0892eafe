// The page that the task has made about itself, in a frame that reaches nothing of this one.
import { attemptOf, type ExecutionProps, handleOf, pathOf } from "../../api/execution";
import { Button } from "../../components/Button";
import { formatBytes } from "../../components/format";
import { EmptyState, Skeleton } from "../../components/Waiting";
import "./data/data.css";
import { Unread } from "./data/Unread";
import { useAnswer } from "./data/useAnswer";

export function DeckTab({ execution, attempt }: ExecutionProps) {
  const number = attempt ?? attemptOf(execution)?.number;
  if (number === undefined) {
    return (
      <EmptyState title="There is no deck yet">It comes with the first attempt, if the task makes one.</EmptyState>
    );
  }
  const ended = attemptOf(execution, number)?.completionTime ?? "";
  return <Deck key={`${number} ${ended}`} execution={execution} attempt={number} />;
}

function Deck({ execution, attempt }: ExecutionProps & { readonly attempt: number }) {
  const { namespace } = execution.metadata;
  const handle = handleOf(execution);
  const { found, problem, again } = useAnswer<{ readonly size: number }>(
    `${pathOf(namespace, handle)}/decks/${attempt}`,
  );
  const address = `/decks/${encodeURIComponent(namespace)}/${encodeURIComponent(handle)}/${attempt}`;
  if (problem !== undefined) {
    return <Unread problem={problem} again={again} />;
  }
  if (found === undefined) {
    return <Skeleton lines={8} label="Loading the deck" />;
  }
  return (
    <section class="section" aria-label={`Deck of attempt ${attempt}`}>
      <div class="row">
        <span class="muted">
          Deck of attempt {attempt}, {formatBytes(found.size)}
        </span>
        <a href={`${address}?download`} download>
          Download
        </a>
        <Button icon="retry" onClick={again}>
          Load again
        </Button>
      </div>
      <iframe class="data-deck" title={`Deck of attempt ${attempt}`} src={address} sandbox="allow-scripts" />
    </section>
  );
}
