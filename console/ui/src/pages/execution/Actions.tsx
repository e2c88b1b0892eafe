// What can be done with the execution: each action states what will happen before it is done, and is taken back in the page if refused.
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { asProblem, post } from "../../api/client";
import { type ExecutionDocument, handleOf, pageOf, pathOf, phaseOf } from "../../api/execution";
import { useAnswer } from "../../api/useAnswer";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Spinner } from "../../components/Waiting";
import { ActionDialog } from "./ActionDialog";
import { ACTIONS, type Action, type Consequence, type Expected, expected, WORDS } from "./actions";
import { launchPath } from "./launchPath";

interface ActionsProps {
  readonly execution: ExecutionDocument;
  /** Nothing can be done any more; what became of the last action stays. */
  readonly gone: boolean;
}

interface Answer {
  readonly uid: string;
  readonly actions: readonly Consequence[];
}

export function Actions({ execution, gone }: ActionsProps) {
  const { namespace, name, uid } = execution.metadata;
  const known = useConsequences(execution);
  const [asking, setAsking] = useState<Action>();
  const acting = useActing(execution, known.reload);
  const found = (action: Action) => known.answer?.actions.find((one) => one.action === action);
  // What was asked for counts as done, until it is refused.
  const { suspend = false } = { ...execution.spec, ...acting.expected };
  const possible: readonly Action[] = execution.archived === undefined ? ACTIONS : ["rerun"];
  const shown = possible.filter((action) => action !== (suspend ? "suspend" : "resume"));
  const buttonOf = (action: Action) => (
    <Button
      key={action}
      kind={action === "delete" ? "danger" : "default"}
      reason={reasonOf(found(action), uid, known.answer)}
      busy={acting.doing !== undefined}
      onClick={() => setAsking(action)}
    >
      {WORDS[action].label}
    </Button>
  );
  const asked = asking === undefined || gone ? undefined : found(asking);
  return (
    <div class="execution-actions">
      <div class="row">
        {!gone && shown.filter((action) => action !== "delete").map(buttonOf)}
        {!gone && (
          <Link class="button" href={launchPath(execution)}>
            Rerun with changes
          </Link>
        )}
        {!gone && possible.includes("delete") && buttonOf("delete")}
        {acting.doing !== undefined && <Spinner label={WORDS[acting.doing].doing} />}
        <span class="small" role="status">
          {acting.done}
        </span>
      </div>
      {acting.problem !== undefined && (
        <Notice kind="error" title="Nothing was changed">
          {acting.problem}
        </Notice>
      )}
      {known.problem !== undefined && !gone && <Notice kind="error">{known.problem.message}</Notice>}
      {asked !== undefined && (
        <ActionDialog
          action={asked.action}
          subject={`${namespace}/${name}`}
          effects={[asked.effect]}
          onClose={() => setAsking(undefined)}
          onConfirm={(request) => {
            setAsking(undefined);
            void acting.act(asked.action, request);
          }}
        />
      )}
    </div>
  );
}

function reasonOf(found: Consequence | undefined, uid: string, answer: Answer | undefined): string {
  if (found === undefined) {
    return "What it would do isn't known yet.";
  }
  return answer?.uid === uid ? found.why : "Another execution has this name now. Reload the page.";
}

/** What each action would do; asked for again when the execution has changed in a way that matters. */
function useConsequences(execution: ExecutionDocument) {
  const { metadata, spec } = execution;
  const answered = useAnswer<Answer>(`${pathOf(metadata.namespace, handleOf(execution))}/actions`);
  const state = [metadata.uid, phaseOf(execution), spec.cancel, spec.suspend, metadata.deletionTimestamp].join();
  const before = useRef(state);
  const { reload } = answered;
  useEffect(() => {
    if (before.current !== state) {
      before.current = state;
      reload();
    }
  }, [state, reload]);
  return answered;
}

interface Acting {
  readonly doing: Action | undefined;
  readonly done: string;
  readonly problem: string | undefined;
  /** Fields of the spec as they will be. */
  readonly expected: Expected;
  readonly act: (action: Action, request: string) => Promise<void>;
}

function useActing(execution: ExecutionDocument, reload: () => void): Acting {
  const { namespace, uid, resourceVersion } = execution.metadata;
  const [, navigate] = useLocation();
  const [state, setState] = useState<{ doing?: Action; done: string; problem?: string }>({ done: "" });
  const [change, setChange] = useState<{ readonly since: string | undefined; readonly spec: Expected }>();
  async function act(action: Action, request: string): Promise<void> {
    setState({ doing: action, done: "" });
    setChange({ since: resourceVersion, spec: expected(action) });
    try {
      const { execution: made, message } = await post<{ execution: ExecutionDocument; message: string }>(
        `${pathOf(namespace, handleOf(execution))}/${action}`,
        { uid, request },
      );
      setState({ done: message });
      if (action === "rerun") {
        navigate(pageOf(made.metadata.namespace, made.metadata.name));
      } else {
        reload();
      }
    } catch (error: unknown) {
      setChange(undefined);
      setState({ done: "", problem: asProblem(error).message });
      reload();
    }
  }
  // A later version of the execution has in it what was done.
  const pending = change !== undefined && change.since === resourceVersion;
  return { doing: state.doing, done: state.done, problem: state.problem, expected: pending ? change.spec : {}, act };
}
