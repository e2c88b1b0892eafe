// The list as a stream: a window of its rows, and what changes in it. Rows stay while a stream is opened anew.
import { useState } from "preact/hooks";
import { Problem, signIn } from "../../api/client";
import { useStream } from "../../api/stream";
import { afterChange, afterSnapshot, type Change, type Known, type Snapshot, WINDOW } from "./rows";
import { useIsVisible } from "./useIsVisible";

/** How the list stands: `live`, or why it isn't. */
export interface State {
  readonly state: "connecting" | "loading" | "live" | "reconnecting";
  readonly message: string;
  /** How many executions are loaded so far. */
  readonly loaded: number;
}

export interface Executions {
  readonly known: Known | undefined;
  /** Whether what is known is of other filters than those that are chosen now. */
  readonly stale: boolean;
  readonly state: State;
  readonly problem: Problem | undefined;
  readonly retry: () => void;
}

const CONNECTING: State = { state: "connecting", message: "", loaded: 0 };

/** `search` is the query in the address, undefined for none yet; `offset` where the window begins. */
export function useExecutions(search: string | undefined, offset: number): Executions {
  const [{ of, known }, setKnown] = useState<{ of: string | undefined; known?: Known }>({ of: undefined });
  const [state, setState] = useState<State>(CONNECTING);
  const [refusal, setRefusal] = useState<{ of: string; problem: Problem }>();
  const visible = useIsVisible();
  const problem = refusal?.of === search ? refusal?.problem : undefined;
  const shown = search !== undefined && problem === undefined && visible;

  const refuse = (error: Problem) => setRefusal({ of: search ?? "", problem: error });
  const connection = useStream(
    shown ? streamOf(search, offset) : undefined,
    {
      snapshot: (data) =>
        setKnown((before) => ({
          of: search,
          known: afterSnapshot(before.of === search ? before.known : undefined, data as Snapshot),
        })),
      change: (data) =>
        setKnown(({ of: list, known: before }) =>
          before === undefined ? { of: list } : { of: list, known: afterChange(before, data as Change) },
        ),
      state: (data) => setState(data as State),
      end: (data) => {
        const { error } = data as { error: { status: number; reason: string; message: string; field?: string } };
        if (error.status === 401) {
          signIn();
        }
        refuse(new Problem(error.status, error.reason, error.message, error.field));
      },
    },
    refuse,
  );

  return {
    known,
    stale: of !== search,
    state: connection === "reconnecting" ? { ...CONNECTING, state: "reconnecting" } : state,
    problem,
    retry: () => setRefusal(undefined),
  };
}

function streamOf(search: string, offset: number): string {
  return `/api/executions/stream${search === "" ? "?" : `${search}&`}offset=${offset}&limit=${WINDOW}`;
}
