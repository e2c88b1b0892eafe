// The executions of a task over time: how long they took, and how much memory they had. The table has the same as numbers.

import { Link, useLocation } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { Disclosure } from "../../components/Disclosure";
import { formatBytes, formatDuration } from "../../components/format";
import { Notice } from "../../components/Notice";
import { PhaseBadge } from "../../components/PhaseBadge";
import { type Level, type Point, Scatter } from "../../components/Scatter";
import { axisEnd, byteTicks, durationTicks } from "../../components/scale";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { isoOf, markOf, type Run, type TaskReport } from "./task";

export function Charts({ namespace, report }: { readonly namespace: string; readonly report: TaskReport }) {
  const [, navigate] = useLocation();
  const { drawn, statistics, memory } = report;
  const open = (point: Point) => navigate(pageOf(namespace, point.id));
  const durations = pointsOf(drawn, (run) => run.duration, formatDuration);
  const memories = pointsOf(drawn, (run) => run.peakMemory, formatBytes);
  const spread = statistics.durations;
  const asked = askedFor(memory);
  return (
    <>
      <section class="section">
        <h2>Durations</h2>
        <Legend />
        {durations.length === 0 ? (
          <p class="muted">None has ended yet.</p>
        ) : (
          <Scatter
            description={`Durations of ${durations.length} executions over time${
              spread === null
                ? ""
                : `; median ${formatDuration(spread.median)}, 90% within ${formatDuration(spread.p90)}`
            }`}
            points={durations}
            levels={spread === null ? [] : [{ label: `90% within ${formatDuration(spread.p90)}`, value: spread.p90 }]}
            ticks={durationTicks(axisEnd(valuesOf(durations)))}
            format={formatDuration}
            onOpen={open}
          />
        )}
      </section>
      <section class="section">
        <h2>Peak memory</h2>
        {memory.recommendations.map((words) => (
          <Notice key={words} kind="info">
            {words}
          </Notice>
        ))}
        {memories.length === 0 ? (
          <p class="muted">None has reported it yet.</p>
        ) : (
          <Scatter
            description={`Peak memory of ${memories.length} executions over time${asked.map(({ label }) => `; ${label}`).join("")}`}
            points={memories}
            levels={asked}
            ticks={byteTicks(Math.max(axisEnd(valuesOf(memories)), ...asked.map(({ value }) => value)))}
            format={formatBytes}
            onOpen={open}
          />
        )}
      </section>
      <Disclosure summary={`The same ${drawn.length} executions as a table`}>
        <Runs namespace={namespace} runs={drawn} />
      </Disclosure>
    </>
  );
}

/** Each mark with its meaning. */
function Legend() {
  return (
    <p class="small muted task-legend">
      <span class="task-legend-good">●</span> succeeded <span class="task-legend-bad">✕</span> failed or timed out{" "}
      <span>□</span> others
    </p>
  );
}

function pointsOf(
  runs: readonly Run[],
  value: (run: Run) => number | null,
  format: (value: number) => string,
): readonly Point[] {
  return runs.flatMap((run) => {
    const found = value(run);
    return found === null
      ? []
      : [
          {
            id: run.handle,
            at: run.at,
            value: found,
            mark: markOf(run.phase),
            title: `${run.name}: ${format(found)}, ${run.version}, ${run.phase}`,
          },
        ];
  });
}

function askedFor({ request, limit }: TaskReport["memory"]): readonly Level[] {
  return [
    ...(limit === null ? [] : [{ label: `limit ${formatBytes(limit)}`, value: limit }]),
    ...(request === null || request === limit ? [] : [{ label: `request ${formatBytes(request)}`, value: request }]),
  ];
}

function valuesOf(points: readonly Point[]): readonly number[] {
  return points.map((point) => point.value);
}

function Runs({ namespace, runs }: { readonly namespace: string; readonly runs: readonly Run[] }) {
  const numbers = ["Duration", "Waited", "Attempts", "Peak memory", "Memory asked for"];
  return (
    <Table
      label="The executions, the latest first"
      columns={["Execution", "Phase", "Version", "Started", ...numbers.map((header) => ({ header, number: true }))]}
    >
      {[...runs].reverse().map((run) => (
        <tr key={run.handle}>
          <td>
            <Link href={pageOf(namespace, run.handle)}>{run.name}</Link>
          </td>
          <td>
            <PhaseBadge phase={run.phase} />
          </td>
          <td>{run.version}</td>
          <td class="nowrap">
            <Time at={isoOf(run.at)} ago />
          </td>
          <td class="number">{run.duration === null ? "–" : formatDuration(run.duration)}</td>
          <td class="number">{run.waited === null ? "–" : formatDuration(run.waited)}</td>
          <td class="number">{run.attempts}</td>
          <td class="number">{run.peakMemory === null ? "–" : formatBytes(run.peakMemory)}</td>
          <td class="number">{run.memory === null ? "–" : formatBytes(run.memory)}</td>
        </tr>
      ))}
    </Table>
  );
}
