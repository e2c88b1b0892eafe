// Inputs and outputs as the back end has them: trees of values, cut to what a page can show.
import { Problem } from "../../../api/client";
import { formatCount, formatDuration } from "../../../components/format";

export interface Value {
  readonly name: string;
  /** In the short form of interfaces; empty for what is inside of a struct. */
  readonly type: string;
  readonly kind: string;
  /** Where it is: a JSON pointer. */
  readonly at: string;
  readonly text?: string;
  /** Of the whole text, where `text` is only its beginning. */
  readonly length?: number;
  readonly uri?: string;
  readonly format?: string;
  /** How many values are in it; `children` may be fewer. */
  readonly count?: number;
  readonly keyed?: boolean;
  readonly children?: readonly Value[];
  /** Nobody gave it: it is the interface's default. */
  readonly default?: boolean;
}

export interface Values {
  /** Where they are in the store; empty where they are in the execution itself. */
  readonly uri: string;
  readonly message: string;
  readonly values: readonly Value[];
}

export type Side = "inputs" | "outputs";

/** `value` with those of `more` that begin at the child `start`, or the text from there. */
export function joined(value: Value, more: Value): Value {
  if (value.text !== undefined && more.text !== undefined) {
    return { ...value, text: value.text + more.text };
  }
  return { ...value, children: [...(value.children ?? []), ...(more.children ?? [])] };
}

/** How much of it is still to come. */
export function left(value: Value): number {
  if (value.text !== undefined) {
    return Math.max(0, (value.length ?? 0) - characters(value.text));
  }
  return (value.count ?? 0) - (value.children?.length ?? 0);
}

/** The length of a text as Python counts: in code points, not in JavaScript's halves. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) {
    count++;
  }
  return count;
}

/** One line about what is folded. */
export function summaryOf(value: Value): string {
  const count = value.count ?? 0;
  const items = value.kind === "map" || value.keyed ? ["entry", "entries"] : ["item", "items"];
  return `${formatCount(count)} ${count === 1 ? items[0] : items[1]}`;
}

/** Whether it is shown unfolded at first. */
export function isSmall(value: Value): boolean {
  return (value.count ?? 0) <= 20 && (value.children?.length ?? 0) === (value.count ?? 0);
}

/** A duration as it is written, and for people. */
export function durationOf(text: string): string {
  const seconds = /^(\d+)s$/.exec(text);
  const shown = seconds === null ? text : formatDuration(Number(seconds[1]));
  return shown === text ? text : `${text} (${shown})`;
}

export function messageOf(error: unknown): string {
  return error instanceof Problem ? error.message : "It can't be shown.";
}
