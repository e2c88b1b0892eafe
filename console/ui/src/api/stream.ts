// Server-sent events that survive reconnects. They are read by fetch: an EventSource neither shows why it was refused, nor waits with
// reading until what came is processed. A page in the background has no stream: over HTTP/1.1 browsers have six connections to one
// address, and a seventh page would wait for ever.
import { useEffect, useState } from "preact/hooks";
import { open, Problem } from "./client";
import { eventParser } from "./serverSentEvents";

export type StreamState = "connecting" | "open" | "reconnecting" | "refused";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** The server sends a comment every 15 s; after so many milliseconds without one the connection is dead. */
const SILENCE = 50_000;
/**
 * An API server that has just restarted refuses (403) whoever it isn't sure of, for the seconds until it has read who may what, and the
 * console keeps such an answer for 15 s. So a stream that was open is tried again after so many milliseconds, and so often.
 */
export const AFTER_REFUSAL = 20_000;
export const TRIES_AFTER_REFUSAL = 3;

/** The wait before the next try, in milliseconds; `random` is between 0 and 1. */
export function delayBefore(attempt: number, random: number): number {
  return Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt) * (0.5 + random / 2);
}

/** The address that goes on after the event of that id. */
export function resuming(url: string, last: string): string {
  return last === "" ? url : `${url}${url.includes("?") ? "&" : "?"}lastEventId=${encodeURIComponent(last)}`;
}

export type Handlers = Record<string, (data: unknown) => void>;

/** Follows `url` while the component is shown; each handler gets the parsed data of the events of its type. */
export function useStream(
  url: string | undefined,
  handlers: Handlers,
  refused?: (problem: Problem) => void,
): StreamState {
  const [state, setState] = useState<StreamState>("connecting");
  // biome-ignore lint/correctness/useExhaustiveDependencies: handlers close over setters only; a new address is a new stream
  useEffect(() => (url === undefined ? undefined : follow(url, handlers, setState, refused)), [url]);
  return state;
}

/** Opens the stream, and again whenever it ends; returns what closes it for good. `refused` gets what no later try is likely to change. */
export function follow(
  url: string,
  handlers: Handlers,
  changed: (state: StreamState) => void,
  refused?: (problem: Problem) => void,
): () => void {
  const left = new AbortController();
  let last = "";
  let failures = 0;
  let opened = false;
  let refusals = 0;

  async function read(): Promise<void> {
    const connection = new AbortController();
    const silence = watchdog(() => connection.abort());
    const hidden = () => document.hidden && connection.abort();
    document.addEventListener("visibilitychange", hidden);
    try {
      const signal = AbortSignal.any([left.signal, connection.signal]);
      const answer = await open(resuming(url, last), signal);
      opened = true;
      refusals = 0;
      changed("open");
      const parse = eventParser();
      const reader = answer.pipeThrough(new TextDecoderStream()).getReader();
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        silence.reset();
        for (const event of parse(piece.value)) {
          // A piece may have come before the stream was left, or a handler may have left it.
          if (left.signal.aborted) {
            return;
          }
          failures = 0;
          last = event.id === "" ? last : event.id;
          handle(handlers[event.type], event.data);
        }
      }
    } finally {
      silence.stop();
      document.removeEventListener("visibilitychange", hidden);
      connection.abort();
    }
  }

  async function run(): Promise<void> {
    while (!left.signal.aborted) {
      try {
        await foreground(left.signal);
        await read();
      } catch (error: unknown) {
        if (error instanceof Problem && isFinal(error.status)) {
          changed("refused");
          refused?.(error);
          if (!opened || error.status !== 403 || refusals++ >= TRIES_AFTER_REFUSAL) {
            return;
          }
          await pause(AFTER_REFUSAL, left.signal);
          continue;
        }
      }
      if (!left.signal.aborted && !document.hidden) {
        changed("reconnecting");
        await pause(delayBefore(failures++, Math.random()), left.signal);
      }
    }
  }

  void run();
  return () => left.abort();
}

/** An error of a handler is no break of the connection. */
function handle(handler: ((data: unknown) => void) | undefined, data: string): void {
  try {
    handler?.(JSON.parse(data));
  } catch (error: unknown) {
    reportError(error);
  }
}

/** Whether a later try will have the same answer. A session that has ended leads to the sign-in page. */
export function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function watchdog(bark: () => void): { reset: () => void; stop: () => void } {
  let timer = setTimeout(bark, SILENCE);
  return {
    reset: () => {
      clearTimeout(timer);
      timer = setTimeout(bark, SILENCE);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Until the page is in the foreground, or the stream is left. */
function foreground(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function check(): void {
      if (signal.aborted || !document.hidden) {
        document.removeEventListener("visibilitychange", check);
        signal.removeEventListener("abort", check);
        resolve();
      }
    }
    document.addEventListener("visibilitychange", check);
    signal.addEventListener("abort", check);
    check();
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // Each pause takes its listener along: a page may be open for days, with a pause every few seconds.
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    }
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
  });
}
