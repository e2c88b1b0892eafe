// What can be done with the executions that are selected in a list: what became of each is shown where that isn't what was asked for.
import { useState } from "preact/hooks";
import { asProblem, post } from "../../api/client";
import { useAnswer } from "../../api/useAnswer";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Spinner } from "../../components/Waiting";
import { ActionDialog } from "./ActionDialog";
import { ACTIONS, type Action, concerned, counted, effectOn, type Selected, WORDS } from "./actions";

/** The back end takes so many at once. */
const AT_ONCE = 200;

interface Result {
  readonly done: boolean;
  readonly message: string;
}

export function SelectedActions({ rows }: { readonly rows: readonly Selected[] }) {
  const namespaces = [...new Set(rows.map(({ namespace }) => namespace))].sort();
  const { answer } = useAnswer<{ refused: Record<Action, string> }>(
    rows.length === 0
      ? undefined
      : `/api/actions?${new URLSearchParams(namespaces.map((namespace) => ["namespace", namespace]))}`,
  );
  const [asking, setAsking] = useState<{ action: Action; rows: readonly Selected[] }>();
  const { doing, results, act } = useActing();
  const failed = results.filter(({ done }) => !done);
  return (
    <div class="execution-actions">
      <div class="row">
        {ACTIONS.map((action) => (
          <Button
            key={action}
            kind={action === "delete" ? "danger" : "default"}
            busy={doing !== undefined}
            reason={reasonOf(action, rows, answer?.refused[action])}
            onClick={() => setAsking({ action, rows })}
          >
            {WORDS[action].label}
          </Button>
        ))}
        {doing !== undefined && <Spinner label={WORDS[doing].doing} />}
        <span class="small" role="status">
          {results.length > 0 && `Done: ${results.length - failed.length} of ${results.length}.`}
        </span>
      </div>
      {failed.length > 0 && (
        <Notice
          kind="error"
          title={`${counted(failed.length)} ${failed.length === 1 ? "is as it was" : "are as they were"}.`}
        >
          <ul>
            {failed.map(({ message }) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </Notice>
      )}
      {asking !== undefined && (
        <ActionDialog
          action={asking.action}
          several={asking.rows.length > 1}
          subject={counted(asking.rows.length).toLowerCase()}
          effects={effectOn(asking.action, asking.rows)}
          onClose={() => setAsking(undefined)}
          onConfirm={(request) => {
            setAsking(undefined);
            void act(asking.action, concerned(asking.action, asking.rows), request);
          }}
        />
      )}
    </div>
  );
}

function reasonOf(action: Action, rows: readonly Selected[], refused: string | undefined): string {
  if (rows.length === 0) {
    return "Select executions first.";
  }
  if (refused === undefined || refused !== "") {
    return refused ?? "What you may do isn't known yet.";
  }
  return concerned(action, rows).length === 0 ? "It would change none of them." : "";
}

function useActing() {
  const [state, setState] = useState<{ doing?: Action; results: readonly Result[] }>({ results: [] });
  async function act(action: Action, rows: readonly Selected[], request: string): Promise<void> {
    setState({ doing: action, results: [] });
    const results: Result[] = [];
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const some = rows.slice(from, from + AT_ONCE);
      const executions = some.map(({ namespace, name, uid }) => ({ namespace, name, uid }));
      const answer = await post<{ results: readonly Result[] }>(`/api/actions/${action}`, {
        executions,
        request,
      }).catch((error: unknown) => {
        const { message } = asProblem(error);
        return { results: some.map(({ name }) => ({ done: false, message: `${name}: ${message}` })) };
      });
      results.push(...answer.results);
    }
    setState({ results });
  }
  return { doing: state.doing, results: state.results, act };
}
