// Searches a log that grows, in pieces, so that the page goes on in between.
import { useEffect, useState } from "preact/hooks";
import type { LogBuffer } from "./buffer";
import { type Matcher, matchesIn } from "./search";

/** So many lines are searched at once. */
const PIECE = 5_000;

interface Searched {
  readonly matcher: Matcher;
  readonly buffer: LogBuffer;
  /** So many lines were searched. */
  readonly searched: number;
  readonly found: readonly number[];
}

/** The numbers of the lines that match, as far as they are searched. */
export function useMatches(buffer: LogBuffer, version: number, matcher: Matcher | undefined): readonly number[] {
  const [state, setState] = useState<Searched>();
  // A log that is read again has other numbers for its lines.
  const current = state?.matcher === matcher && state?.buffer === buffer ? state : undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer is the same while it grows; its version changes
  useEffect(() => {
    if (matcher === undefined) {
      return;
    }
    const from = current?.searched ?? 0;
    if (from >= buffer.end) {
      return;
    }
    const timer = setTimeout(() => {
      const to = Math.min(Math.max(from, buffer.start) + PIECE, buffer.end);
      const found = matchesIn(buffer, matcher, from, to);
      const before = (current?.found ?? []).filter((index) => index >= buffer.start);
      setState({ matcher, buffer, searched: to, found: [...before, ...found] });
    });
    return () => clearTimeout(timer);
  }, [buffer, version, matcher, state]);

  return current?.found ?? NONE;
}

const NONE: readonly number[] = [];
