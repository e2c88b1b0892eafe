// What a form makes, checked by the back end a moment after the last change. An answer that is overtaken doesn't count.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem, post } from "../../api/client";
import type { Checked } from "./form";

const PAUSE = 250;

export interface CheckState {
  readonly checked: Checked | undefined;
  readonly problem: Problem | undefined;
  /** Whether `checked` is of the form as it is now. */
  readonly current: boolean;
  /** Checks at once. */
  readonly check: () => Promise<Checked | undefined>;
}

export function useCheck(path: string, body: unknown): CheckState {
  const text = JSON.stringify(body);
  const [state, setState] = useState<{ text?: string; checked?: Checked; problem?: Problem }>({});
  const latest = useRef(text);
  latest.current = text;

  const check = useCallback(async () => {
    const asked = latest.current;
    try {
      const checked = await post<Checked>(path, JSON.parse(asked));
      if (latest.current === asked) {
        setState({ text: asked, checked });
      }
      return checked;
    } catch (error: unknown) {
      if (latest.current === asked) {
        setState((before) => ({ ...before, problem: asProblem(error) }));
      }
      return undefined;
    }
  }, [path]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes the form changes its text
  useEffect(() => {
    const timer = setTimeout(check, PAUSE);
    return () => clearTimeout(timer);
  }, [check, text]);

  return { checked: state.checked, problem: state.problem, current: state.text === text, check };
}
