// The list as a stream: a window of its rows, and what changes in it. Rows stay while a stream is opened anew.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem, signIn } from "../../api/client";
import { AFTER_REFUSAL, TRIES_AFTER_REFUSAL, useStream } from "../../api/stream";
import type { Past } from "./past";
import { afterChange, afterSnapshot, type Change, type Known, type Snapshot, WINDOW, windowFor } from "./rows";

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
  /** How the history beside the list stands; undefined where none is kept. */
  readonly past: Past | undefined;
  readonly problem: Problem | undefined;
  readonly retry: () => void;
  /** The rows from `first` to `last` are visible: if the window hasn't got them, it moves. */
  readonly show: (first: number, last: number) => void;
}

/** The list that was shown last: whoever comes back to it sees it at once, where they left it. */
let remembered: { readonly of: string; readonly known: Known } | undefined;

/** The window moves once the viewer has stopped scrolling for so many milliseconds: each move is another stream. */
const SCROLLING = 80;

const CONNECTING: State = { state: "connecting", message: "", loaded: 0 };

/** `search` is the query in the address. */
export function useExecutions(search: string): Executions {
  const [{ of, known }, setKnown] = useState<{ of: string | undefined; known?: Known }>(() =>
    remembered?.of === search ? remembered : { of: undefined },
  );
  const [window, setWindow] = useState({ of: search, offset: of === search ? (known?.offset ?? 0) : 0 });
  const offset = window.of === search ? window.offset : 0;
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const show = useCallback(
    (first: number, last: number) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(
        () =>
          setWindow((before) => {
            const next = windowFor(first, last, before.of === search ? before.offset : 0);
            return before.of === search && before.offset === next ? before : { of: search, offset: next };
          }),
        SCROLLING,
      );
    },
    [search],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (of !== undefined && known !== undefined) {
      remembered = { of, known };
    }
  }, [of, known]);
  const [state, setState] = useState<State>(CONNECTING);
  const [past, setPast] = useState<Past>();
  const [refusal, setRefusal] = useState<{ of: string; problem: Problem }>();
  const problem = refusal?.of === search ? refusal?.problem : undefined;

  const refuse = (error: Problem) => setRefusal({ of: search, problem: error });
  const wasOpen = of === search && known !== undefined;
  useAgain(wasOpen && problem?.status === 403, () => setRefusal(undefined));
  const connection = useStream(
    problem === undefined ? streamOf(search, offset) : undefined,
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
      history: (data) => setPast(data as Past),
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
    past,
    problem,
    retry: () => setRefusal(undefined),
    show,
  };
}

/** Calls `retry` a while after each refusal, some times: as `follow` does, whose stream ends with a refusal. */
function useAgain(refused: boolean, retry: () => void): void {
  const tries = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal has one timer; `retry` closes over a setter only
  useEffect(() => {
    if (!refused || tries.current >= TRIES_AFTER_REFUSAL) {
      return undefined;
    }
    tries.current += 1;
    const timer = setTimeout(retry, AFTER_REFUSAL);
    return () => clearTimeout(timer);
  }, [refused]);
}

function streamOf(search: string, offset: number): string {
  return `/api/executions/stream${search === "" ? "?" : `${search}&`}offset=${offset}&limit=${WINDOW}`;
}
