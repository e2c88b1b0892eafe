// The first tab: why it waits or failed, its timeline, and what there is to know about it.
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { type ExecutionAnswer, type ExecutionDocument, handleOf, pageOf, pathOf } from "../../api/execution";
import { CopyButton } from "../../components/Button";
import { Disclosure } from "../../components/Disclosure";
import { formatBytes, formatDuration } from "../../components/format";
import { KeyValues } from "../../components/KeyValues";
import { Notice } from "../../components/Notice";
import { PhaseBadge } from "../../components/PhaseBadge";
import { Table } from "../../components/Table";
import { Duration, Time } from "../../components/Time";
import { ErrorPanel } from "./ErrorPanel";
import { webAddress } from "./links";
import { Timeline } from "./Timeline";
import { useAnswer } from "./useAnswer";

type Pair = readonly [string, ComponentChildren];

export function Overview({
  answer,
  attempt,
}: {
  readonly answer: ExecutionAnswer;
  readonly attempt?: number | undefined;
}) {
  return (
    <div class="stack">
      <WhyItWaits answer={answer} />
      <Errors answer={answer} attempt={attempt} />
      <Timeline rows={answer.timeline} />
      <Facts answer={answer} />
      <UsedResources answer={answer} />
      <Conditions execution={answer.execution} />
      <Metadata execution={answer.execution} />
    </div>
  );
}

function WhyItWaits({ answer }: { readonly answer: ExecutionAnswer }) {
  const { waiting } = answer;
  const warning = answer.execution.status?.conditions?.find((one) => one.type === "Warning");
  return (
    <>
      {waiting !== null && (
        <Notice kind="warning" title={waiting.title}>
          {waiting.message !== "" && <p>{waiting.message}</p>}
          {waiting.warning !== "" && <p>{waiting.warning}</p>}
          {waiting.advice !== "" && <p class="execution-advice">{waiting.advice}</p>}
          <p class="muted small">
            {waiting.reason}
            {waiting.since !== "" && (
              <>
                {waiting.reason === "" ? "For " : ", for "}
                <Time at={waiting.since} />
              </>
            )}
          </p>
        </Notice>
      )}
      {warning?.message !== undefined && (
        <Notice kind="warning" title="Part of the specification has no effect">
          {warning.message}
        </Notice>
      )}
    </>
  );
}

function Errors({ answer, attempt }: { readonly answer: ExecutionAnswer; readonly attempt?: number | undefined }) {
  const { namespace } = answer.execution.metadata;
  const wholeOf = (number: number | undefined) =>
    number === undefined ? undefined : `${pathOf(namespace, handleOf(answer.execution))}/errors/${number}`;
  const whole = answer.errors.execution;
  const attempts = Object.entries(answer.errors.attempts);
  const last = answer.execution.status?.attempts?.at(-1)?.number;
  const others = attempts.filter(([number]) => whole === null || Number(number) !== last);
  return (
    <>
      {whole !== null && <ErrorPanel key={last} title="Error" error={whole} whole={wholeOf(last)} />}
      {others.map(([number, error]) => (
        <Disclosure
          key={number}
          summary={`Error of attempt ${number}: ${error.headline}`}
          open={Number(number) === attempt}
        >
          <ErrorPanel title={`Attempt ${number}`} error={error} whole={wholeOf(Number(number))} />
        </Disclosure>
      ))}
    </>
  );
}

function Facts({ answer }: { readonly answer: ExecutionAnswer }) {
  const { execution, reruns } = answer;
  const { metadata, spec, status } = execution;
  const namespace = encodeURIComponent(metadata.namespace);
  const pairs: Pair[] = [["Task", <Task key="task" answer={answer} />]];
  pairs.push(["Created", <Time key="created" at={metadata.creationTimestamp} ago />]);
  if (status?.startTime !== undefined) {
    pairs.push(["Duration", <Duration key="duration" from={status.startTime} to={status.completionTime} />]);
  }
  if (spec.priority !== undefined) {
    pairs.push(["Priority", String(spec.priority)]);
  }
  if (spec.ttlSecondsAfterFinished !== undefined) {
    pairs.push(["Kept after its end", formatDuration(spec.ttlSecondsAfterFinished)]);
  }
  for (const owner of metadata.ownerReferences ?? []) {
    pairs.push(["Owner", `${owner.kind} ${owner.name}`]);
  }
  const repeated = metadata.labels?.["glider.dev/rerun-of"];
  if (repeated !== undefined) {
    pairs.push(["Rerun of", <Repeated key="repeated" execution={execution} uid={repeated} />]);
  }
  if (reruns.length > 0) {
    pairs.push([
      "Reruns",
      <ul key="reruns" class="execution-list">
        {reruns.map((rerun) => (
          <li key={rerun.name} class="row">
            <Link href={pageOf(namespace, rerun.name)}>{rerun.name}</Link>
            <PhaseBadge phase={rerun.phase} />
          </li>
        ))}
      </ul>,
    ]);
  }
  if ((status?.links ?? []).length > 0) {
    pairs.push(["Links", <Links key="links" execution={execution} />]);
  }
  return (
    <div class="section">
      <h2>About it</h2>
      <KeyValues pairs={pairs} />
    </div>
  );
}

/** The execution that this one repeats: only its UID is on record, and its name is looked up. */
function Repeated({ execution, uid }: { readonly execution: ExecutionDocument; readonly uid: string }) {
  const { namespace } = execution.metadata;
  const { answer } = useAnswer<{ name: string; archived: boolean }>(
    `${pathOf(namespace, handleOf(execution))}/repeated`,
    uid,
  );
  return answer === undefined || answer.name === "" ? (
    <span>the execution with the UID {uid}</span>
  ) : (
    <Link href={pageOf(namespace, answer.archived ? uid : answer.name)}>{answer.name}</Link>
  );
}

function Task({ answer }: { readonly answer: ExecutionAnswer }) {
  const { metadata, spec } = answer.execution;
  const id = (spec.task ?? answer.template?.spec)?.id;
  const namespace = encodeURIComponent(metadata.namespace);
  const reference = spec.taskRef?.name;
  return (
    <span class="row">
      {id?.name !== undefined && <Link href={`/tasks/${namespace}/${encodeURIComponent(id.name)}`}>{id.name}</Link>}
      {id?.version !== undefined && <span class="muted">version {id.version}</span>}
      {reference !== undefined &&
        (answer.templateGone ? (
          <span class="muted">template {reference}, which isn't there any more</span>
        ) : (
          <Link href={`/templates/${namespace}/${encodeURIComponent(reference)}`}>template {reference}</Link>
        ))}
      {reference === undefined && <span class="muted">written out in the execution</span>}
    </span>
  );
}

function Links({ execution }: { readonly execution: ExecutionDocument }) {
  return (
    <ul class="execution-list">
      {(execution.status?.links ?? []).map((link) => {
        const address = webAddress(link.uri);
        return (
          <li key={link.name}>
            {address === undefined ? (
              `${link.name}: ${link.uri}`
            ) : (
              <a href={address} target="_blank" rel="noopener noreferrer">
                {link.name}
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function UsedResources({ answer }: { readonly answer: ExecutionAnswer }) {
  if (answer.usage.length === 0) {
    return null;
  }
  const number = (header: string) => ({ header, number: true });
  return (
    <div class="section">
      <h2>What it used</h2>
      {answer.recommendations.map((text) => (
        <Notice key={text} kind="info">
          {text}
        </Notice>
      ))}
      <Table
        label="What it used"
        columns={[
          "Attempt",
          number("Most memory"),
          number("Memory limit"),
          number("CPU time"),
          number("CPU asked for"),
        ]}
      >
        {answer.usage.map((used) => (
          <tr key={used.attempt}>
            <td>{used.attempt}</td>
            <td class="number">{used.peakMemoryBytes > 0 ? formatBytes(used.peakMemoryBytes) : "unknown"}</td>
            <td class="number">{used.memoryLimitBytes === null ? "none" : formatBytes(used.memoryLimitBytes)}</td>
            <td class="number">{formatDuration(used.cpuSeconds)}</td>
            <td class="number">{used.cpuRequest ?? "none"}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Conditions({ execution }: { readonly execution: ExecutionDocument }) {
  const conditions = execution.status?.conditions ?? [];
  return conditions.length === 0 ? null : (
    <div class="section">
      <h2>Conditions</h2>
      <Table label="Conditions" columns={["Type", "Status", "Reason", "Since", "Message"]}>
        {conditions.map((one) => (
          <tr key={one.type}>
            <td>{one.type}</td>
            <td>{one.status}</td>
            <td>{one.reason}</td>
            <td class="nowrap">
              <Time at={one.lastTransitionTime} ago />
            </td>
            <td class="execution-wraps">{one.message}</td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

function Metadata({ execution }: { readonly execution: ExecutionDocument }) {
  const { metadata } = execution;
  const labels = Object.entries(metadata.labels ?? {});
  const annotations = Object.entries(metadata.annotations ?? {});
  return (
    <div class="section">
      <h2>Labels and annotations</h2>
      <KeyValues
        pairs={[
          [
            "UID",
            <span key="uid" class="row mono">
              {metadata.uid} <CopyButton text={metadata.uid} label="UID" />
            </span>,
          ],
          ...labels,
          ...annotations,
        ]}
      />
    </div>
  );
}
