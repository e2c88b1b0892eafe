// What became of the executions of one task: success, durations, memory and reasons, over time and by version.
import { Link, useSearchParams } from "wouter-preact";
import { useAnswer } from "../../api/useAnswer";
import { Field } from "../../components/Field";
import { formatBytes, formatDuration } from "../../components/format";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { EmptyState, Skeleton } from "../../components/Waiting";
import { Charts } from "./Charts";
import { isoOf, percent, type Reason, type Statistics, type TaskReport } from "./task";
import "./tasks.css";

const SPANS = [
  ["", "All that there are"],
  ["24h", "The last 24 hours"],
  ["7d", "The last 7 days"],
  ["30d", "The last 30 days"],
] as const;

export function TaskPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  const { namespace, name } = params;
  const [search, setSearch] = useSearchParams();
  const since = search.get("since") ?? "";
  const version = search.get("version") ?? "";
  const query = new URLSearchParams({ since, version });
  const { answer, problem } = useAnswer<TaskReport>(`/api/tasks/${namespace}/${encodeURIComponent(name)}?${query}`);
  function choose(field: string, value: string) {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        value === "" ? after.delete(field) : after.set(field, value);
        return after;
      },
      { replace: true },
    );
  }
  const executions = `/executions?${new URLSearchParams({ namespace, task: name, ...(since !== "" && { since }) })}`;
  return (
    <>
      <PageHeader
        title={name}
        crumbs={
          <>
            <Link href="/templates">Templates</Link> / {namespace} / Task
          </>
        }
        actions={
          <Link class="button" href={executions}>
            Its executions
          </Link>
        }
      />
      <div class="stack">
        <div class="toolbar">
          <Field label="Started in">
            {(attributes) => (
              <select
                class="input"
                {...attributes}
                value={since}
                onChange={(event) => choose("since", event.currentTarget.value)}
              >
                {SPANS.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Version">
            {(attributes) => (
              <select
                class="input"
                {...attributes}
                value={version}
                onChange={(event) => choose("version", event.currentTarget.value)}
              >
                <option value="">All versions</option>
                {answer?.versions.map((one) => (
                  <option key={one.version + one.template} value={one.version}>
                    {one.version}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
        {answer === undefined && problem === undefined && <Skeleton lines={8} label="Loading statistics" />}
        {answer !== undefined && answer.history !== "" && (
          <Notice kind="warning" title="Not all of the history is counted">
            {answer.history}
          </Notice>
        )}
        {answer !== undefined && <Report namespace={namespace} report={answer} choose={choose} />}
      </div>
    </>
  );
}

function Report({
  namespace,
  report,
  choose,
}: {
  readonly namespace: string;
  readonly report: TaskReport;
  readonly choose: (field: string, value: string) => void;
}) {
  if (report.statistics.runs === 0) {
    return (
      <EmptyState title="No executions of this task">
        <span>There are none that you may see in this span of time.</span>
      </EmptyState>
    );
  }
  return (
    <>
      <Summary statistics={report.statistics} />
      <Charts namespace={namespace} report={report} />
      <Reasons namespace={namespace} reasons={report.reasons} failed={report.statistics.failed} />
      <Versions report={report} choose={choose} />
    </>
  );
}

function Summary({ statistics }: { readonly statistics: Statistics }) {
  const { runs, live, failed, aborted, success, retried, durations, waits } = statistics;
  const seconds = (spread: { median: number; p90: number } | null) =>
    spread === null ? ["–", ""] : [formatDuration(spread.median), `90% within ${formatDuration(spread.p90)}`];
  const [took = "", tookMost = ""] = seconds(durations);
  const [waited = "", waitedMost = ""] = seconds(waits);
  return (
    <dl class="task-figures">
      <Figure name="Success" value={percent(success)} note={`${failed} failed`} />
      <Figure name="Executions" value={String(runs)} note={`${live} live, ${aborted} aborted`} />
      <Figure name="Duration, median" value={took} note={tookMost} />
      <Figure name="Wait, median" value={waited} note={waitedMost} />
      <Figure name="Retried" value={String(retried)} note={percent(retried / runs)} />
    </dl>
  );
}

function Figure({ name, value, note }: { readonly name: string; readonly value: string; readonly note: string }) {
  return (
    <div class="panel">
      <dt class="small muted">{name}</dt>
      <dd>
        <span class="task-figure">{value}</span> <span class="small muted">{note}</span>
      </dd>
    </div>
  );
}

function Reasons({
  namespace,
  reasons,
  failed,
}: {
  readonly namespace: string;
  readonly reasons: readonly Reason[];
  readonly failed: number;
}) {
  return (
    <section class="section">
      <h2>Why they failed</h2>
      {failed === 0 ? (
        <p class="muted">None has failed.</p>
      ) : (
        <Table
          label="Reasons of failures, the most frequent first"
          columns={["Reason", { header: "Executions", number: true }, { header: "Share", number: true }, "Latest"]}
        >
          {reasons.map(({ reason, count, share, message, latest }) => (
            <tr key={reason}>
              <td class="nowrap">{reason}</td>
              <td class="number">{count}</td>
              <td class="number">{percent(share)}</td>
              <td class="task-latest">
                <Link href={`/executions/${namespace}/${latest.handle}`}>{latest.name}</Link>{" "}
                <span class="muted">
                  <Time at={isoOf(latest.at)} ago />
                </span>
                <div class="mono task-message">{message}</div>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

function Versions({
  report,
  choose,
}: {
  readonly report: TaskReport;
  readonly choose: (field: string, value: string) => void;
}) {
  const numbers = ["Executions", "Success", "Duration", "90%", "Peak memory", "Retried"];
  return (
    <section class="section">
      <h2>Versions</h2>
      <Table
        label="Versions, the one that ran last first"
        columns={["Version", ...numbers.map((header) => ({ header, number: true })), "Last run"]}
      >
        {report.versions.map((one) => (
          <tr key={one.version + one.template}>
            <td>
              <button type="button" class="task-version" onClick={() => choose("version", one.version)}>
                {one.version}
              </button>
            </td>
            <td class="number">{one.runs}</td>
            <td class="number">{percent(one.success)}</td>
            <td class="number">{one.durations === null ? "–" : formatDuration(one.durations.median)}</td>
            <td class="number">{one.durations === null ? "–" : formatDuration(one.durations.p90)}</td>
            <td class="number">{one.peakMemory === null ? "–" : formatBytes(one.peakMemory)}</td>
            <td class="number">{one.retried}</td>
            <td class="nowrap">
              <Time at={one.latest === null ? undefined : isoOf(one.latest)} ago />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
