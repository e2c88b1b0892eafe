// Where the blocks of a log are: the page draws only those that can be seen, and leaves room for the others.
import type { Block } from "./buffer";

export interface Metrics {
  /** The height of a row, in pixels. */
  readonly row: number;
  /** How many characters a row has; undefined where lines aren't wrapped. */
  readonly columns?: number;
}

export interface Layout {
  /** The blocks to draw: from this one up to, but without, that one. */
  readonly from: number;
  readonly to: number;
  /** The room for the blocks before and after them, in pixels. */
  readonly before: number;
  readonly after: number;
}

/** More is drawn than can be seen, so that nothing is missing while one scrolls. */
const MARGIN = 600;

/** The height of a block, as it was measured or else is guessed. */
export function heightOf(block: Block, metrics: Metrics, measured: ReadonlyMap<number, Measured>): number {
  const known = measured.get(block.first);
  if (known !== undefined && known.lines === block.lines.length && known.columns === metrics.columns) {
    return known.height;
  }
  const { columns } = metrics;
  if (columns === undefined) {
    return block.lines.length * metrics.row;
  }
  return block.lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.text.length / columns)), 0) * metrics.row;
}

export interface Measured {
  readonly height: number;
  readonly lines: number;
  readonly columns: number | undefined;
}

export function layOut(heights: readonly number[], top: number, height: number): Layout {
  let [from, to, before, after] = [-1, 0, 0, 0];
  let end = 0;
  heights.forEach((own, index) => {
    const start = end;
    end += own;
    if (end < top - MARGIN) {
      before = end;
    } else if (start > top + height + MARGIN) {
      after += own;
    } else {
      from = from < 0 ? index : from;
      to = index + 1;
    }
  });
  return { from: Math.max(0, from), to, before, after };
}
