// Below the list: how far back the history is shown, why it isn't, and the way to older executions.
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Spinner } from "../../components/Waiting";
import type { Filters } from "./filters";
import { further, type Past } from "./past";

interface Props {
  readonly past: Past;
  readonly filters: Filters;
  readonly onReach: (reach: string) => void;
}

export function History({ past, filters, onReach }: Props) {
  const next = filters.since === "" ? further(filters.history) : undefined;
  return (
    <div class="executions-history stack">
      {past.state === "problem" && (
        <Notice kind="warning" title="The history isn't shown as a whole">
          {past.message}
        </Notice>
      )}
      <div class="row small muted">
        {past.state === "loading" && <Spinner label="Loading the history" />}
        {past.state === "off" && <span>The history isn't shown.</span>}
        {past.since !== undefined && (
          <span>
            With what the history has since {past.since}.
            {past.cut === true && " There are more in that time than a list has: filter them, or choose fewer days."}
          </span>
        )}
        {next !== undefined && past.state !== "loading" && past.cut !== true && (
          <Button kind="quiet" icon="clock" onClick={() => onReach(next)}>
            {past.state === "off" ? "Show the history" : "Show older"}
          </Button>
        )}
      </div>
    </div>
  );
}
