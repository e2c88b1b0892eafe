// An answer of the back end's, and the way to ask again.
import { useCallback, useEffect, useState } from "preact/hooks";
import { get } from "../../../api/client";
import { messageOf } from "./values";

export interface Answer<T> {
  readonly found: T | undefined;
  /** Why there is none. */
  readonly problem: string | undefined;
  readonly again: () => void;
}

export function useAnswer<T>(path: string): Answer<T> {
  const [found, setFound] = useState<T>();
  const [problem, setProblem] = useState<string>();
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each try is another request
  useEffect(() => {
    setFound(undefined);
    setProblem(undefined);
    const gone = new AbortController();
    get<T>(path, gone.signal).then(setFound, (error: unknown) => {
      if (!gone.signal.aborted) {
        setProblem(messageOf(error));
      }
    });
    return () => gone.abort();
  }, [path, tries]);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { found, problem, again };
}
