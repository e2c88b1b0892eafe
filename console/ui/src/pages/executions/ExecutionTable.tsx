// The list as a grid: only the rows that are visible exist. Arrow keys move between rows, Enter opens one, Space selects it.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { ExecutionRow, MissingRow } from "./ExecutionRow";
import { nextSort } from "./filters";
import { moved } from "./moving";
import { actionable, handleOf, type Known, placeOf, type Row } from "./rows";
import { useAnchor } from "./useAnchor";
import { useVirtualRows } from "./useVirtualRows";

interface Column {
  readonly name: string;
  readonly header: string;
  readonly sort?: string;
  /** Whether the first click puts the largest first. */
  readonly reversed?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: "phase", header: "Phase" },
  { name: "name", header: "Name", sort: "name" },
  { name: "task", header: "Task" },
  { name: "created", header: "Created", sort: "created", reversed: true },
  { name: "duration", header: "Duration", sort: "duration", reversed: true },
  { name: "attempts", header: "Attempts" },
  { name: "why", header: "Reason" },
];

interface Props {
  readonly known: Known;
  readonly sort: string;
  readonly withNamespace: boolean;
  readonly selected: ReadonlySet<string>;
  readonly rowHeight: number;
  readonly onSort: (sort: string) => void;
  readonly onSelect: (rows: readonly Row[]) => void;
  readonly onRead: (row: Row) => void;
  /** The places of the first and the last row that are visible. */
  readonly onVisible: (first: number, last: number) => void;
}

export function ExecutionTable(props: Props) {
  const { known, sort, withNamespace, selected, rowHeight, onSort, onSelect, onRead, onVisible } = props;
  const [, navigate] = useLocation();
  const [active, setActive] = useState<string>();
  const body = useRef<HTMLTableSectionElement>(null);
  const head = useRef<HTMLTableSectionElement>(null);
  const [margin, setMargin] = useState(0);
  const [wanted, setWanted] = useState<number>();

  useLayoutEffect(() => {
    const top = body.current === null ? 0 : Math.round(body.current.getBoundingClientRect().top + window.scrollY);
    setMargin(top);
  });

  const place = active === undefined ? -1 : placeOf(known, active);
  const rows = useVirtualRows({
    count: known.total,
    height: rowHeight,
    margin,
    below: head.current?.offsetHeight ?? 0,
    keep: place,
    keyOf: (index) => known.places.get(index)?.uid ?? index,
  });
  useLayoutEffect(() => onVisible(rows.first, rows.last), [rows.first, rows.last, onVisible]);
  useAnchor(known, rows, rowHeight);

  function focus(index: number) {
    rows.scrollTo(index);
    setWanted(index);
  }

  // The row exists only once it was scrolled to, and may have to be loaded first.
  useLayoutEffect(() => {
    const row = wanted === undefined ? undefined : known.places.get(wanted);
    const element = row && body.current?.querySelector<HTMLElement>(`[data-uid="${CSS.escape(row.uid)}"]`);
    if (element) {
      element.focus({ preventScroll: true });
      setWanted(undefined);
    }
  });

  function pressed(event: KeyboardEvent) {
    const row = known.places.get(place);
    const isOnRow = event.target instanceof HTMLTableRowElement;
    const next = moved(event.key, place, known.total, Math.max(1, rows.last - rows.first - 1));
    if (next !== undefined) {
      event.preventDefault();
      focus(next);
    } else if (isOnRow && row !== undefined && event.key === "Enter") {
      navigate(pageOf(row.namespace, handleOf(row)));
    } else if (isOnRow && row !== undefined && event.key === " ") {
      event.preventDefault();
      onSelect(actionable([row]));
    }
  }

  const shown = actionable(known.window);
  const allSelected = shown.length > 0 && shown.every((row) => selected.has(row.uid));
  return (
    <table
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the arrow keys move in it, which makes a table a grid
      role="grid"
      class="executions-grid"
      aria-label="Executions"
      aria-rowcount={known.total + 1}
      aria-multiselectable="true"
      onKeyDown={pressed}
    >
      <thead class="executions-head" ref={head}>
        <tr class="executions-row" aria-rowindex={1}>
          <th scope="col" class="executions-cell executions-select">
            <input
              type="checkbox"
              aria-label="Select all that are loaded"
              checked={allSelected}
              onChange={() => onSelect(allSelected ? shown : shown.filter((row) => !selected.has(row.uid)))}
            />
          </th>
          {COLUMNS.map((column) => (
            <Header key={column.name} column={column} current={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody class="executions-body" ref={body} style={{ height: `${rows.height}px` }}>
        {rows.items.map((item) => {
          const row = known.places.get(item.index);
          const top = item.start - rows.margin;
          return row === undefined ? (
            <MissingRow key={item.key} place={item.index} top={top} />
          ) : (
            <ExecutionRow
              key={item.key}
              row={row}
              place={item.index}
              top={top}
              active={place < 0 ? item.index === rows.first : row.uid === active}
              selected={selected.has(row.uid)}
              withNamespace={withNamespace}
              onSelect={(one) => onSelect([one])}
              onFocus={(one) => setActive(one.uid)}
              onRead={onRead}
            />
          );
        })}
      </tbody>
    </table>
  );
}

function Header({
  column,
  current,
  onSort,
}: {
  readonly column: Column;
  readonly current: string;
  readonly onSort: (sort: string) => void;
}) {
  const { name, header, sort, reversed = false } = column;
  const order = current === sort ? "ascending" : current === `-${sort}` ? "descending" : undefined;
  return (
    <th scope="col" class={`executions-cell executions-${name}`} aria-sort={order}>
      {sort === undefined ? (
        header
      ) : (
        <button type="button" onClick={() => onSort(nextSort(current, sort, reversed))}>
          {header}
          <span aria-hidden="true">{order === undefined ? "" : order === "ascending" ? " ↑" : " ↓"}</span>
        </button>
      )}
    </th>
  );
}
