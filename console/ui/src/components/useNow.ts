// The time, for what shows ages and durations. One timer serves all of them, and none runs while nothing is shown.
import { useEffect, useState } from "preact/hooks";

const PERIOD = 1_000;

const listeners = new Set<(now: number) => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: (now: number) => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    const now = Date.now();
    for (const each of listeners) {
      each(now);
    }
  }, PERIOD);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Text that depends on the time. Whoever uses it is rendered again only when the text changes; not at all unless `live`. */
export function useTextOverTime(text: (now: number) => string, live = true): string {
  const [, setShown] = useState("");
  useEffect(() => (live ? subscribe((now) => setShown(text(now))) : undefined), [text, live]);
  return text(Date.now());
}
