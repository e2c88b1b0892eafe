// Marks the places that a search has found within the spans of a line.
import type { Range } from "./search";
import type { Span } from "./terminal";

export interface MarkedSpan extends Span {
  readonly found: boolean;
}

/** The spans, divided where a place begins or ends. `ranges` are in order, and don't overlap. */
export function markedSpans(spans: readonly Span[], ranges: readonly Range[]): readonly MarkedSpan[] {
  const parts: MarkedSpan[] = [];
  let start = 0;
  let next = 0;
  for (const span of spans) {
    const end = start + span.text.length;
    let from = start;
    while (from < end) {
      while (next < ranges.length && (ranges[next]?.[1] ?? 0) <= from) {
        next += 1;
      }
      const [begins, ends] = ranges[next] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      const found = begins <= from;
      const to = Math.min(end, found ? ends : begins);
      parts.push({ ...span, text: span.text.slice(from - start, to - start), found });
      from = to;
    }
    start = end;
  }
  return parts;
}
