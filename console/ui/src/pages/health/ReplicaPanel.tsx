// One pod of an operator: whether it leads and is ready, its queue and watches, and what executions wait for.
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { Disclosure } from "../../components/Disclosure";
import { formatDuration, formatMilliseconds } from "../../components/format";
import { KeyValues } from "../../components/KeyValues";
import { Notice } from "../../components/Notice";
import { Badge, PhaseBadge } from "../../components/PhaseBadge";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { type Debug, type Live, nextOf, type Replica } from "./health";
import "./health.css";

export function ReplicaPanel({ replica }: { readonly replica: Replica }) {
  const { debug } = replica;
  return (
    <div class="panel section">
      <div class="row">
        <h3>{replica.pod}</h3>
        {debug !== null && <Badge tone={debug.leads ? "live" : "plain"}>{debug.leads ? "Leads" : "Stands by"}</Badge>}
        <Badge tone={replica.ready ? "good" : "bad"} icon={replica.ready ? "check" : "cross"}>
          {replica.ready ? "Ready" : "Not ready"}
        </Badge>
      </div>
      {replica.problem !== "" && <Notice kind="warning">{replica.problem}</Notice>}
      {debug?.unready != null && <Notice kind="error">{debug.unready}</Notice>}
      <KeyValues pairs={[...podPairs(replica), ...(debug === null ? [] : debugPairs(debug))]} />
      {debug !== null && <Refused namespaces={debug.refusedNamespaces} />}
      {debug !== null && debug.live.length > 0 && (
        <Disclosure summary={`What ${debug.live.length} of ${debug.executions.live} live executions wait for`}>
          <LiveTable live={debug.live} />
        </Disclosure>
      )}
    </div>
  );
}

function podPairs(replica: Replica): [string, ComponentChildren][] {
  return [
    ["Node", replica.node || "none yet"],
    ["Started", <Time key="started" at={replica.started ?? undefined} ago />],
    ["Restarts", replica.restarts + (replica.lastEnd === "" ? "" : `; the last: ${replica.lastEnd}`)],
    ["Image", replica.images.join(", ") || "–"],
  ];
}

function debugPairs(debug: Debug): [string, ComponentChildren][] {
  const { queue, sweeps, events } = debug;
  const stuck = queue.stuckFor > 0 ? `; nothing has moved for ${formatDuration(queue.stuckFor)}` : "";
  const swept = sweeps.lastSweepAgo == null ? "none yet" : `${formatDuration(sweeps.lastSweepAgo)} ago`;
  return [
    ...(debug.leader === null ? [] : [["Leader", debug.leader] as [string, ComponentChildren]]),
    ["Executions", `${debug.executions.live} live, ${debug.executions.known} in its cache`],
    [
      "Queue",
      `${queue.ready} ready, ${queue.working} being reconciled, ${queue.later} later, ${queue.failing} failing${stuck}`,
    ],
    ["Event loop", `at most ${formatMilliseconds(1_000 * debug.eventLoopLag)} late`],
    ["Watches", <Watches key="watches" watches={debug.watches} />],
    ["Last sweep", sweeps.problem ? `${swept}; ${sweeps.problem}` : swept],
    ["Events", `${events.waiting + events.posting} to be written`],
  ];
}

function Watches({ watches }: { readonly watches: Debug["watches"] }) {
  return (
    <ul class="health-watches">
      {Object.entries(watches).map(([resource, state]) => (
        <li key={resource}>
          <Badge tone={state === "well" ? "good" : "bad"} icon={state === "well" ? "check" : "cross"}>
            {resource}
          </Badge>{" "}
          {state !== "well" && state}
        </li>
      ))}
    </ul>
  );
}

function Refused({ namespaces }: { readonly namespaces: Debug["refusedNamespaces"] }) {
  const refused = Object.entries(namespaces);
  return refused.length === 0 ? null : (
    <Notice kind="warning" title="Namespaces that it may not serve">
      {refused.map(([namespace, why]) => (
        <div key={namespace}>
          {namespace}: {why}
        </div>
      ))}
    </Notice>
  );
}

function LiveTable({ live }: { readonly live: readonly Live[] }) {
  return (
    <Table
      label="Live executions, those with the most failed reconciles first"
      columns={["Execution", "Phase", "Waits for", "Next"]}
    >
      {live.map((one) => (
        <tr key={one.execution}>
          <td>
            <Link href={`/executions/${one.execution}`}>{one.execution}</Link>
          </td>
          <td>
            <PhaseBadge phase={one.phase} />
          </td>
          <td class="health-found">{one.message ?? one.reason ?? "–"}</td>
          <td class="nowrap">
            {nextOf(one)}
            {one.failedInARow !== undefined && `, failed ${one.failedInARow} times in a row`}
          </td>
        </tr>
      ))}
    </Table>
  );
}
