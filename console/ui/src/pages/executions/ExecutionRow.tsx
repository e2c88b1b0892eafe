// One row of the list. Its cells fold into two lines on a phone.

import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { Icon } from "../../components/Icon";
import { PhaseBadge } from "../../components/PhaseBadge";
import { Duration, Time } from "../../components/Time";
import { handleOf, type Row, summaryOf, taskOf } from "./rows";

export interface RowProps {
  readonly row: Row;
  readonly place: number;
  readonly top: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly withNamespace: boolean;
  readonly onSelect: (row: Row) => void;
  readonly onFocus: (row: Row) => void;
  readonly onRead: (row: Row) => void;
}

export function ExecutionRow(props: RowProps) {
  const { row, place, top, active, selected, withNamespace, onSelect, onFocus, onRead } = props;
  const path = pageOf(row.namespace, handleOf(row));
  const summary = summaryOf(row);
  return (
    <tr
      class="executions-row"
      aria-rowindex={place + 2}
      aria-selected={selected}
      tabIndex={active ? 0 : -1}
      data-uid={row.uid}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={() => onFocus(row)}
    >
      <Cell name="select">
        <input
          type="checkbox"
          tabIndex={-1}
          checked={selected}
          aria-label={`Select ${row.name}`}
          disabled={row.source === "archive"}
          onChange={() => onSelect(row)}
        />
      </Cell>
      <Cell name="phase">
        <PhaseBadge phase={row.phase} />
      </Cell>
      <Cell name="name">
        <Link href={path} tabIndex={-1} title={`${row.namespace}/${row.name}`}>
          {withNamespace && <span class="muted">{row.namespace}/</span>}
          {row.name}
        </Link>
        {row.source === "archive" && (
          <span class="executions-kept muted" title="From the history: the cluster doesn't have it any more">
            <Icon name="clock" />
            <span class="visually-hidden">from the history</span>
          </span>
        )}
      </Cell>
      <Cell name="task">
        <span title={row.task ?? row.template}>{taskOf(row)}</span>
      </Cell>
      <Cell name="created">
        <Time at={momentOf(row.created)} ago />
      </Cell>
      <Cell name="duration">
        <Duration from={momentOf(row.started)} to={momentOf(row.completed)} />
      </Cell>
      <Cell name="attempts">{row.attempts > 0 ? row.attempts : ""}</Cell>
      <Cell name="why">
        {summary !== "" && (
          <button type="button" tabIndex={-1} title={row.message} onClick={() => onRead(row)}>
            {summary}
          </button>
        )}
      </Cell>
    </tr>
  );
}

/** The place of a row that isn't loaded yet. */
export function MissingRow({ place, top }: { readonly place: number; readonly top: number }) {
  return (
    <tr
      class="executions-row executions-missing"
      aria-rowindex={place + 2}
      style={{ transform: `translateY(${top}px)` }}
    >
      <Cell name="name">
        <span class="muted">Loading …</span>
      </Cell>
    </tr>
  );
}

function Cell({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return <td class={`executions-cell executions-${name}`}>{children}</td>;
}

function momentOf(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(seconds * 1_000).toISOString();
}
