// Searches the lines that the page keeps, as they are shown.
import type { LogBuffer } from "./buffer";
import { plainOf } from "./terminal";

export type Range = readonly [from: number, to: number];

/** The places in a text; none where it doesn't match. */
export type Matcher = (text: string) => readonly Range[];

/** In one line no more places are marked. */
const MOST_RANGES = 200;
/** An expression that takes for ever is tried on the beginning of a line only. */
const LONGEST_FOR_EXPRESSIONS = 4_096;

/** What finds `wanted`, whatever its case; undefined where that is no regular expression, or nothing. */
export function matcherOf(wanted: string, isExpression: boolean): Matcher | undefined {
  if (wanted === "") {
    return undefined;
  }
  if (!isExpression) {
    return (text) => rangesOf(text, new RegExp(escaped(wanted), "giu"));
  }
  try {
    const expression = new RegExp(wanted, "giu");
    return (text) => rangesOf(text.slice(0, LONGEST_FOR_EXPRESSIONS), expression);
  } catch {
    return undefined;
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function rangesOf(text: string, expression: RegExp): readonly Range[] {
  const ranges: Range[] = [];
  expression.lastIndex = 0;
  for (const found of text.matchAll(expression)) {
    if (found[0] !== "") {
      ranges.push([found.index, found.index + found[0].length]);
    }
    if (ranges.length >= MOST_RANGES) {
      break;
    }
  }
  return ranges;
}

/** The numbers of the lines from `from` up to `to` that match. */
export function matchesIn(buffer: LogBuffer, matches: Matcher, from: number, to: number): number[] {
  const found: number[] = [];
  for (let index = Math.max(from, buffer.start); index < Math.min(to, buffer.end); index++) {
    const line = buffer.line(index);
    if (line !== undefined && matches(plainOf(line.text)).length > 0) {
      found.push(index);
    }
  }
  return found;
}

/** Which of `matches` comes after, or before, the one of that number; from the last to the first, and the other way round. */
export function step(count: number, current: number, direction: 1 | -1): number {
  if (count === 0) {
    return -1;
  }
  return current < 0 && direction < 0 ? count - 1 : (current + direction + count) % count;
}
