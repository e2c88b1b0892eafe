// How many executions there are, and whether the list is live.
import { formatCount } from "../../components/format";
import { Badge } from "../../components/PhaseBadge";
import { Spinner } from "../../components/Waiting";
import type { State } from "./useExecutions";

export function ListState({ state, total }: { readonly state: State; readonly total: number | undefined }) {
  return (
    <span class="row executions-state" role="status">
      {total !== undefined && <span class="muted">{formatCount(total)}</span>}
      <Words state={state} />
    </span>
  );
}

function Words({ state: { state, message, loaded } }: { readonly state: State }) {
  switch (state) {
    case "live":
      return (
        <Badge tone="good" icon="check">
          Live
        </Badge>
      );
    case "reconnecting":
      return (
        <span title={message}>
          <Badge tone="warning" icon="retry">
            Reconnecting
          </Badge>
        </span>
      );
    default:
      return <Spinner label={loaded > 0 ? `${formatCount(loaded)} loaded so far` : "Loading"} />;
  }
}
