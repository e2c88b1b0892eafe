// The operators, as they see themselves, and what `glider doctor` checks. Whatever the viewer may not see is named, with the right for it.
import { useAnswer } from "../../api/useAnswer";
import { Button } from "../../components/Button";
import { Disclosure } from "../../components/Disclosure";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Badge } from "../../components/PhaseBadge";
import { Table } from "../../components/Table";
import { EmptyState, Skeleton } from "../../components/Waiting";
import { byUrgency, type Check, type Checks, type Health, type Operator } from "./health";
import { ReplicaPanel } from "./ReplicaPanel";

const PERIOD = 15_000;

export function HealthPage() {
  const health = useAnswer<Health>("/api/health", PERIOD);
  const checks = useAnswer<Checks>("/api/health/checks");
  function reload() {
    health.reload();
    checks.reload();
  }
  return (
    <>
      <PageHeader
        title="Health"
        actions={
          <Button icon="retry" busy={health.loading || checks.loading} onClick={reload}>
            Check again
          </Button>
        }
      />
      <div class="stack">
        {health.problem !== undefined && <Notice kind="warning">{health.problem.message}</Notice>}
        {health.answer === undefined && health.problem === undefined && (
          <Skeleton lines={4} label="Loading operators" />
        )}
        {health.answer?.operators.map((operator) => (
          <OperatorSection key={`${operator.namespace}/${operator.name}`} operator={operator} />
        ))}
        {health.answer?.operators.length === 0 && (
          <EmptyState title="No operator is installed in this cluster">
            <span>
              Install it: <code>helm install glider charts/glider</code>
            </span>
          </EmptyState>
        )}
        <ChecksSection answer={checks.answer} problem={checks.problem?.message} />
      </div>
    </>
  );
}

function OperatorSection({ operator }: { readonly operator: Operator }) {
  const { ready, wanted } = operator;
  const well = ready >= Math.max(1, wanted);
  return (
    <section class="section">
      <div class="row">
        <h2>
          Operator {operator.namespace}/{operator.name}
        </h2>
        <Badge tone={well ? "good" : "bad"} icon={well ? "check" : "cross"}>
          {`${ready} of ${wanted} ready`}
        </Badge>
        {operator.version !== "" && <span class="muted">version {operator.version}</span>}
      </div>
      <p class="muted">It serves {operator.serves}.</p>
      {operator.problem !== "" && <Notice kind="warning">{operator.problem}</Notice>}
      <div class="health-replicas">
        {operator.replicas.map((replica) => (
          <ReplicaPanel key={replica.pod} replica={replica} />
        ))}
      </div>
    </section>
  );
}

const RESULTS = {
  ok: { tone: "good", icon: "check", word: "OK" },
  warning: { tone: "warning", icon: "warning", word: "Warning" },
  problem: { tone: "bad", icon: "cross", word: "Problem" },
} as const;

function ChecksSection({
  answer,
  problem,
}: {
  readonly answer: Checks | undefined;
  readonly problem: string | undefined;
}) {
  const checks = byUrgency(answer?.checks ?? []);
  const open = checks.filter((check) => check.status !== "ok");
  const fine = checks.slice(open.length);
  return (
    <section class="section">
      <h2>Checks</h2>
      {problem !== undefined && <Notice kind="warning">{problem}</Notice>}
      {answer === undefined && problem === undefined && <Skeleton lines={5} label="Checking" />}
      {open.length > 0 && <ChecksTable label="Checks that need somebody" checks={open} />}
      {answer !== undefined && open.length === 0 && <Notice kind="info">Nothing is wrong.</Notice>}
      {fine.length > 0 && (
        <Disclosure summary={`${fine.length} checks are OK`} open={open.length === 0}>
          <ChecksTable label="Checks that are OK" checks={fine} />
        </Disclosure>
      )}
    </section>
  );
}

function ChecksTable({ label, checks }: { readonly label: string; readonly checks: readonly Check[] }) {
  return (
    <Table label={label} columns={["Result", "Check", "Found"]}>
      {checks.map(({ name, status, message, nextStep }) => (
        <tr key={`${name} ${message}`}>
          <td>
            <Badge tone={RESULTS[status].tone} icon={RESULTS[status].icon}>
              {RESULTS[status].word}
            </Badge>
          </td>
          <td>{name}</td>
          <td class="health-found">
            {message}
            {nextStep !== "" && <div class="muted">{nextStep}</div>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
