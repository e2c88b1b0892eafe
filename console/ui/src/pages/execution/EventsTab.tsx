// Kubernetes' Events about the execution and its pods, the latest first.
import type { ExecutionAnswer, KubernetesEvent } from "../../api/execution";
import { Badge } from "../../components/PhaseBadge";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { EmptyState } from "../../components/Waiting";

export function EventsTab({ answer }: { readonly answer: ExecutionAnswer }) {
  if (answer.events.length === 0) {
    return <EmptyState title="No Events">Kubernetes keeps Events for an hour.</EmptyState>;
  }
  return (
    <Table label="Events" columns={["Last seen", "Type", "Reason", "About", "Message"]}>
      {answer.events.toReversed().map((event) => (
        <tr key={event.metadata.uid}>
          <td class="nowrap">
            <Time at={seenAt(event)} ago />
            {countOf(event) > 1 && <span class="muted"> ×{countOf(event)}</span>}
          </td>
          <td>{event.type === "Warning" ? <Badge tone="warning">Warning</Badge> : event.type}</td>
          <td>{event.reason}</td>
          <td>
            {event.involvedObject?.kind === "Pod" ? `Pod ${event.involvedObject.name}` : event.involvedObject?.kind}
          </td>
          <td class="execution-wraps">{event.message}</td>
        </tr>
      ))}
    </Table>
  );
}

function seenAt(event: KubernetesEvent): string {
  return event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
}

function countOf(event: KubernetesEvent): number {
  return event.series?.count ?? event.count ?? 1;
}
