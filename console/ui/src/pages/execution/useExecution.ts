// What is known of one execution: read once, and then as it changes, until it is deleted or the page is left.
import { useEffect, useState } from "preact/hooks";
import { asProblem, get } from "../../api/client";
import { type ExecutionAnswer, pathOf } from "../../api/execution";
import { type StreamState, useStream } from "../../api/stream";

export interface Known {
  readonly answer: ExecutionAnswer | undefined;
  /** Why there is nothing to show, or why it may be out of date. */
  readonly problem: string;
  /** That it isn't there any more: what is shown is the last that was known. */
  readonly deleted: string;
  readonly stream: StreamState;
}

/** In the background a page has no stream; its title still shows the phase, so it is asked for now and then. */
const PERIOD = 15_000;

interface Message {
  readonly message: string;
}

/** The page uses another instance for each execution, so that nothing of one is shown for another. */
export function useExecution(namespace: string, name: string): Known {
  const [answer, setAnswer] = useState<ExecutionAnswer>();
  const [problem, setProblem] = useState("");
  const [deleted, setDeleted] = useState("");
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const left = new AbortController();
    get<ExecutionAnswer>(pathOf(namespace, name), left.signal).then(
      (first) => {
        setAnswer(marked(first));
        if (first.archived === null) {
          const query = new URLSearchParams({ uid: first.execution.metadata.uid, known: first.version });
          setUrl(`${pathOf(namespace, name)}/stream?${query}`);
        }
      },
      (error: unknown) => {
        if (!left.signal.aborted) {
          setProblem(asProblem(error).message);
        }
      },
    );
    return () => left.abort();
  }, [namespace, name]);
  useBackground(deleted === "" && url !== undefined ? pathOf(namespace, name) : undefined, setAnswer);
  const stream = useStream(
    deleted === "" ? url : undefined,
    {
      document: (next) => {
        setAnswer(next as ExecutionAnswer);
        setProblem("");
      },
      problem: (found) => setProblem((found as Message).message),
      deleted: (found) => setDeleted((found as Message).message),
    },
    (refusal) => (refusal.status === 404 ? setDeleted(refusal.message) : setProblem(refusal.message)),
  );
  return { answer, problem, deleted, stream };
}

/** With the execution marked that the history has: its parts are asked for by its UID. */
function marked(answer: ExecutionAnswer): ExecutionAnswer {
  const { archived, execution } = answer;
  return archived === null ? answer : { ...answer, execution: { ...execution, archived } };
}

/** Asks for `path` every so often while the page is in the background. What fails there is shown by the stream that comes next. */
function useBackground(path: string | undefined, answered: (answer: ExecutionAnswer) => void): void {
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    const left = new AbortController();
    const timer = setInterval(() => {
      if (document.hidden) {
        get<ExecutionAnswer>(path, left.signal).then(answered, () => undefined);
      }
    }, PERIOD);
    return () => {
      clearInterval(timer);
      left.abort();
    };
  }, [path, answered]);
}
