// The attempts in time: a bar for each, and below it what it consists of, in words and durations.
import { useCallback } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import type { TimelineRow } from "../../api/execution";
import { Disclosure } from "../../components/Disclosure";
import { formatDuration, formatMoment } from "../../components/format";
import { Table } from "../../components/Table";
import { useTextOverTime } from "../../components/useNow";
import { searchOf } from "./tabs";
import { type Bar, barsOf, goesOn, kindOf, lengthOf, scaleOf } from "./timeline";

export function Timeline({ rows }: { readonly rows: readonly TimelineRow[] }) {
  const live = goesOn(rows);
  const now = Number(
    useTextOverTime(
      useCallback((at: number) => String(at - (at % 1_000)), []),
      live,
    ),
  );
  const scale = scaleOf(rows, now);
  if (scale === undefined) {
    return null;
  }
  const drawn = rows.map((row) => ({ row, bars: barsOf(row, scale, now) }));
  return (
    <div class="section">
      <div class="execution-timeline-head">
        <h2>Timeline</h2>
        <span class="muted small">{formatDuration((scale.ended - scale.began) / 1_000)} in all</span>
      </div>
      <ol class="execution-timeline">
        {drawn.map(({ row, bars }) => (
          <li key={row.number}>
            <AttemptTitle row={row} now={now} />
            <div class="execution-timeline-track" aria-hidden="true">
              {bars.map((bar) => (
                <span
                  key={`${bar.span.step} ${bar.span.began}`}
                  class={`execution-timeline-bar execution-timeline-${kindOf(bar.span.step)}`}
                  style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
                  title={`${nameOf(bar)} ${bar.text}`}
                />
              ))}
            </div>
            <ul class="execution-timeline-steps small">
              {bars.map((bar) => (
                <li key={`${bar.span.step} ${bar.span.began}`}>
                  <span
                    class={`execution-timeline-key execution-timeline-${kindOf(bar.span.step)}`}
                    aria-hidden="true"
                  />
                  {nameOf(bar)} <strong>{bar.text}</strong>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      <Disclosure summary="As a table, with times">
        <Table label="Timeline" columns={["Attempt", "Step", "Began", "Ended", { header: "Took", number: true }]}>
          {drawn.flatMap(({ row, bars }) =>
            bars.map((bar) => (
              <tr key={`${row.number} ${bar.span.step} ${bar.span.began}`}>
                <td>{row.number}</td>
                <td>{nameOf(bar)}</td>
                <td>{formatMoment(bar.span.began)}</td>
                <td>{bar.span.ended === null ? "goes on" : formatMoment(bar.span.ended)}</td>
                <td class="number">{bar.text}</td>
              </tr>
            )),
          )}
        </Table>
      </Disclosure>
    </div>
  );
}

function AttemptTitle({ row, now }: { readonly row: TimelineRow; readonly now: number }) {
  const [path] = useLocation();
  return (
    <div class="execution-timeline-title">
      <h3>{row.expected ? `Attempt ${row.number}, which hasn't begun` : `Attempt ${row.number}`}</h3>
      {row.reason !== "" && <span>{row.reason}</span>}
      {row.pod !== "" && (
        <Link href={`${path}${searchOf("logs", row.number)}`} class="small">
          Logs<span class="visually-hidden"> of attempt {row.number}</span>
        </Link>
      )}
      <span class="muted small">{[lengthOf(row, now), row.node].filter((text) => text !== "").join(" · ")}</span>
    </div>
  );
}

function nameOf({ span }: Bar): string {
  return span.detail === "" ? span.label : `${span.label} ${span.detail}`;
}
