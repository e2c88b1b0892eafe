// The pods that there are still: one for each attempt.
import type { ExecutionAnswer, PodDocument } from "../../api/execution";
import { KeyValues } from "../../components/KeyValues";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { EmptyState } from "../../components/Waiting";
import { attemptOfPod, containersOf, podPhaseOf } from "./pods";

export function PodsTab({ answer }: { readonly answer: ExecutionAnswer }) {
  if (answer.pods.length === 0) {
    const unread = answer.missing.some((one) => one.what === "The pods");
    const why = unread
      ? "The notice above has the reason."
      : "A pod is deleted some time after its end, and with its execution. The timeline has what is on record.";
    return <EmptyState title="No pods">{why}</EmptyState>;
  }
  return (
    <div class="stack">
      {answer.pods.toReversed().map((pod) => (
        <Pod key={pod.metadata.uid} pod={pod} />
      ))}
    </div>
  );
}

function Pod({ pod }: { readonly pod: PodDocument }) {
  const message = [pod.status?.reason, pod.status?.message].filter(Boolean).join(": ");
  const conditions = (pod.status?.conditions ?? []).filter((one) => one.status !== "True");
  return (
    <section class="panel section" aria-labelledby={pod.metadata.uid}>
      <h2 id={pod.metadata.uid}>
        Attempt {attemptOfPod(pod)}: {pod.metadata.name}
      </h2>
      <KeyValues
        pairs={[
          ["Phase", podPhaseOf(pod)],
          ...(message === "" ? [] : [["Message", message] as const]),
          ["Node", pod.spec.nodeName ?? "none yet"],
          ["Service account", pod.spec.serviceAccountName ?? "default"],
          ["Created", <Time key="created" at={pod.metadata.creationTimestamp} ago />],
          ...conditions.map(
            (one) =>
              [`Not ${one.type}`, [one.reason, one.message].filter((text) => text !== undefined).join(": ")] as const,
          ),
        ]}
      />
      <Table
        label={`Containers of ${pod.metadata.name}`}
        columns={["Container", "State", "Image", "Asks for", { header: "Restarts", number: true }]}
      >
        {containersOf(pod).map((one) => (
          <tr key={one.name}>
            <td>
              {one.name}
              {one.init && <span class="muted"> (init)</span>}
            </td>
            <td class="execution-wraps">{one.message === "" ? one.state : `${one.state}: ${one.message}`}</td>
            <td class="execution-wraps">{one.image}</td>
            <td>{one.resources}</td>
            <td class="number">{one.restarts}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
