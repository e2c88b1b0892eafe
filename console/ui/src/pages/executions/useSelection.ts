// The rows that are selected for an action. They stay selected while the list changes, and are forgotten with its filters.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Known, Row } from "./rows";

export interface Selection {
  readonly rows: readonly Row[];
  readonly uids: ReadonlySet<string>;
  readonly toggle: (rows: readonly Row[]) => void;
  readonly clear: () => void;
}

export function useSelection(known: Known | undefined, search: string): Selection {
  const [selected, setSelected] = useState<ReadonlyMap<string, Row>>(new Map());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list, another selection
  useEffect(() => setSelected(new Map()), [search]);
  return useMemo(() => {
    const latest = new Map(known?.window.map((row) => [row.uid, row]));
    return {
      rows: [...selected.values()].map((row) => latest.get(row.uid) ?? row),
      uids: new Set(selected.keys()),
      toggle: (rows) =>
        setSelected((before) => {
          const next = new Map(before);
          for (const row of rows) {
            if (!next.delete(row.uid)) {
              next.set(row.uid, row);
            }
          }
          return next;
        }),
      clear: () => setSelected(new Map()),
    };
  }, [selected, known?.window]);
}
