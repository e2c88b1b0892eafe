// Who uses the console. Without an answer (401) the sign-in page comes first, and leads back.
import { useEffect, useState } from "preact/hooks";
import { get, Problem } from "../api/client";

export interface Viewer {
  readonly name: string;
  /** Which way in was used: `local`, `token` or `proxy`. */
  readonly entrance: string;
  readonly server: string;
  readonly version: string;
  /** The namespace that pages begin with. */
  readonly namespace: string;
}

export function useViewer(): { viewer: Viewer | undefined; problem: Problem | undefined } {
  const [viewer, setViewer] = useState<Viewer>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    get<Viewer>("/api/viewer").then(setViewer, (error: unknown) => {
      if (error instanceof Problem && error.status !== 401) {
        setProblem(error);
      }
    });
  }, []);
  return { viewer, problem };
}
