// Where the spans of a timeline are drawn, on one scale for all attempts.
import type { Span, TimelineRow } from "../../api/execution";
import { formatDuration, formatMilliseconds } from "../../components/format";

export interface Bar {
  readonly span: Span;
  /** Both in percent of the whole scale. */
  readonly left: number;
  readonly width: number;
  /** How long it took so far. */
  readonly text: string;
}

export interface Scale {
  readonly began: number;
  readonly ended: number;
}

/** From the first beginning to the last end; what goes on reaches until `now`. A second at least. */
export function scaleOf(rows: readonly TimelineRow[], now: number): Scale | undefined {
  const spans = rows.flatMap((row) => row.spans);
  if (spans.length === 0) {
    return undefined;
  }
  const began = Math.min(...spans.map((span) => Date.parse(span.began)));
  return { began, ended: Math.max(began + 1_000, ...spans.map((span) => endOf(span, now))) };
}

export function barsOf(row: TimelineRow, scale: Scale, now: number): Bar[] {
  const whole = scale.ended - scale.began;
  return row.spans.map((span) => {
    const [began, ended] = [Date.parse(span.began), endOf(span, now)];
    return {
      span,
      left: (100 * (began - scale.began)) / whole,
      width: (100 * (ended - began)) / whole,
      text: durationOf(span, now),
    };
  });
}

/** How long the attempt took, from the first to the last of its spans. */
export function lengthOf(row: TimelineRow, now: number): string {
  const began = Math.min(...row.spans.map((span) => Date.parse(span.began)));
  return formatDuration((Math.max(...row.spans.map((span) => endOf(span, now))) - began) / 1_000);
}

export function goesOn(rows: readonly TimelineRow[]): boolean {
  return rows.some((row) => row.spans.some((span) => span.ended === null));
}

function endOf(span: Span, now: number): number {
  return span.ended === null ? Math.max(now, Date.parse(span.began)) : Date.parse(span.ended);
}

function durationOf(span: Span, now: number): string {
  if (span.seconds !== null) {
    return formatMilliseconds(1_000 * span.seconds);
  }
  return formatDuration((endOf(span, now) - Date.parse(span.began)) / 1_000);
}

const KINDS: Readonly<Record<string, string>> = {
  pull: "prepare",
  init: "prepare",
  setUp: "prepare",
  start: "prepare",
  load: "prepare",
  download: "move",
  convert: "move",
  upload: "move",
  run: "work",
  execute: "work",
  rest: "rest",
};

/** What kind of step it is, for its colour; whatever isn't known is a wait. */
export function kindOf(step: string): string {
  return KINDS[step] ?? "wait";
}
