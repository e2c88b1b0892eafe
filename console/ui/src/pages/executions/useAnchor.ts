// Rows that come or go above what is visible move nothing under the viewer's eyes: the page is scrolled along with them.
import { useLayoutEffect, useRef } from "preact/hooks";
import { type Known, placeOf } from "./rows";
import type { VirtualRows } from "./useVirtualRows";

export function useAnchor(known: Known, rows: VirtualRows, rowHeight: number): void {
  const anchor = useRef<{ readonly known: Known; readonly uid: string; readonly place: number }>();
  useLayoutEffect(() => {
    const before = anchor.current;
    if (before !== undefined && before.known !== known && window.scrollY > rows.margin) {
      const place = placeOf(known, before.uid);
      const moved = place < 0 ? 0 : place - before.place;
      if (moved !== 0) {
        window.scrollBy(0, moved * rowHeight);
      }
    }
    const first = known.places.get(rows.first);
    anchor.current = first === undefined ? undefined : { known, uid: first.uid, place: rows.first };
  });
}
