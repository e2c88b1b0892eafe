// What the back end answers to a tab that is opened, and again when the execution has changed; until then the former answer stays.
import { useEffect, useState } from "preact/hooks";
import { asProblem, get } from "../../api/client";

export function useAnswer<T>(path: string, version: string): { answer: T | undefined; problem: string } {
  const [answer, setAnswer] = useState<T>();
  const [problem, setProblem] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another answer
  useEffect(() => {
    const left = new AbortController();
    get<T>(path, left.signal).then(
      (found) => {
        setAnswer(found);
        setProblem("");
      },
      (error: unknown) => {
        if (!left.signal.aborted) {
          setProblem(asProblem(error).message);
        }
      },
    );
    return () => left.abort();
  }, [path, version]);
  return { answer, problem };
}
