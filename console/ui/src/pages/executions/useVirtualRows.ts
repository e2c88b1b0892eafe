// Rows of one height, of which only those exist that are visible: tanstack's virtualizer for Preact. The page itself scrolls.
import {
  observeWindowOffset,
  observeWindowRect,
  type VirtualItem,
  Virtualizer,
  windowScroll,
} from "@tanstack/virtual-core";
import { useLayoutEffect, useState } from "preact/hooks";

/** So many rows exist beyond what is visible, on either side. */
const OVERSCAN = 8;

export interface VirtualRows {
  readonly items: readonly VirtualItem[];
  /** The height of all rows together. */
  readonly height: number;
  /** Where the list begins on the page. */
  readonly margin: number;
  readonly first: number;
  readonly last: number;
  readonly scrollTo: (index: number) => void;
}

/** `keep` exists wherever it is: the row that has the focus. `below` is the height of what stays at the top of the screen. */
export function useVirtualRows(options: {
  readonly count: number;
  readonly height: number;
  readonly margin: number;
  readonly below: number;
  readonly keep: number;
  readonly keyOf: (index: number) => string | number;
}): VirtualRows {
  const { count, height, margin, below, keep, keyOf } = options;
  const [, setTurn] = useState(0);
  const [virtualizer] = useState(() => new Virtualizer<Window, HTMLElement>(withDefaults()));

  function withDefaults() {
    return {
      count,
      estimateSize: () => height,
      overscan: OVERSCAN,
      scrollMargin: margin,
      scrollPaddingStart: below,
      initialRect: { width: window.innerWidth, height: window.innerHeight },
      getItemKey: keyOf,
      getScrollElement: () => window,
      observeElementRect: observeWindowRect,
      observeElementOffset: observeWindowOffset,
      scrollToFn: windowScroll<Window>,
      rangeExtractor: ({
        startIndex,
        endIndex,
        overscan,
      }: {
        startIndex: number;
        endIndex: number;
        overscan: number;
      }) => {
        const first = Math.max(0, startIndex - overscan);
        const last = Math.min(count - 1, endIndex + overscan);
        const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
        return keep < 0 || keep >= count || (keep >= first && keep <= last)
          ? places
          : [...places, keep].sort((a, b) => a - b);
      },
      onChange: () => setTurn((turn) => turn + 1),
    };
  }

  virtualizer.setOptions(withDefaults());
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height are measured anew
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, height]);

  const range = virtualizer.range;
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    margin,
    first: range?.startIndex ?? 0,
    last: range?.endIndex ?? 0,
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  };
}
