// Server-sent events that survive reconnects: the browser's EventSource gives up on an answer that isn't a stream.
import { useEffect, useState } from "preact/hooks";
import { get } from "./client";

export type StreamState = "connecting" | "open" | "reconnecting";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;

/** The wait before the next try, in milliseconds; `random` is between 0 and 1. */
export function delayBefore(attempt: number, random: number): number {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt) * (0.5 + random / 2);
}

/** The address that goes on after the event of that id: a new EventSource doesn't send the id by itself. */
export function resuming(url: string, last: string): string {
  return last === "" ? url : `${url}${url.includes("?") ? "&" : "?"}lastEventId=${encodeURIComponent(last)}`;
}

/** Follows `url` while the component is shown; each handler gets the parsed data of the events of its type. */
export function useStream(url: string | undefined, handlers: Record<string, (data: unknown) => void>): StreamState {
  const [state, setState] = useState<StreamState>("connecting");
  // biome-ignore lint/correctness/useExhaustiveDependencies: handlers close over setters only; a new address is a new stream
  useEffect(() => (url === undefined ? undefined : follow(url, handlers, setState)), [url]);
  return state;
}

/** Opens the stream, and again whenever it ends; returns what closes it for good. */
export function follow(
  url: string,
  handlers: Record<string, (data: unknown) => void>,
  changed: (state: StreamState) => void,
): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let closed = false;
  let last = "";

  function open(): void {
    const opened = new EventSource(resuming(url, last));
    source = opened;
    opened.onopen = () => {
      attempt = 0;
      changed("open");
    };
    opened.onerror = () => {
      opened.close();
      changed("reconnecting");
      timer = setTimeout(again, delayBefore(attempt++, Math.random()));
    };
    for (const [type, handle] of Object.entries(handlers)) {
      opened.addEventListener(type, (event) => {
        const { data, lastEventId } = event as MessageEvent<string>;
        last = lastEventId;
        handle(JSON.parse(data));
      });
    }
  }

  async function again(): Promise<void> {
    // An EventSource doesn't show why it was refused; this request leads to the sign-in page if the session has ended.
    await get("/api/viewer").catch(() => undefined);
    if (!closed) {
      open();
    }
  }

  open();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}
