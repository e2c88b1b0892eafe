// The answer to a request, for as long as a component is shown; again on reload, and every so often where a period is given.
import { useCallback, useEffect, useState } from "preact/hooks";
import { asProblem, get, type Problem } from "./client";

export interface Answered<T> {
  /** The latest answer; it stays while the next one is on its way, and when that fails. */
  readonly answer: T | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** `path` undefined: nothing is asked for yet. `period`: in milliseconds; a page in the background isn't reloaded. */
export function useAnswer<T>(path: string | undefined, period?: number): Answered<T> {
  const [state, setState] = useState<{ path?: string; answer?: T; problem?: Problem; loading: boolean }>({
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((before) => before + 1), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is another request for the same
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    const controller = new AbortController();
    setState((before) => ({ ...(before.path === path ? before : { path }), loading: true }));
    get<T>(path, controller.signal).then(
      (answer) => setState({ path, answer, loading: false }),
      (error: unknown) => {
        if (!controller.signal.aborted) {
          setState((before) => ({ ...before, problem: asProblem(error), loading: false }));
        }
      },
    );
    return () => controller.abort();
  }, [path, turn]);

  useEffect(() => {
    if (period === undefined) {
      return undefined;
    }
    const timer = setInterval(() => {
      if (!document.hidden) {
        reload();
      }
    }, period);
    return () => clearInterval(timer);
  }, [period, reload]);

  const current = state.path === path;
  return {
    answer: current ? state.answer : undefined,
    problem: current ? state.problem : undefined,
    loading: state.loading,
    reload,
  };
}
