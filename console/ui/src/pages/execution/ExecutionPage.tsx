// One execution, with all that is known about it: a header, and a tab for each part.
import { Link, useLocation, useSearch } from "wouter-preact";
import { type ExecutionAnswer, phaseOf } from "../../api/execution";
import { CopyButton } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { PhaseBadge } from "../../components/PhaseBadge";
import { Tabs } from "../../components/Tabs";
import { Duration, Time } from "../../components/Time";
import { Skeleton, Spinner } from "../../components/Waiting";
import { Actions } from "./Actions";
import { DataTab } from "./DataTab";
import { DeckTab } from "./DeckTab";
import { EventsTab } from "./EventsTab";
import "./execution.css";
import { LogsTab } from "./LogsTab";
import { OriginTab } from "./OriginTab";
import { Overview } from "./Overview";
import { PodsTab } from "./PodsTab";
import { attemptIn, searchOf, TABS, type TabId, tabOf } from "./tabs";
import { type Known, useExecution } from "./useExecution";
import { YamlTab } from "./YamlTab";

interface Params {
  readonly namespace: string;
  readonly name: string;
}

export function ExecutionPage({ params }: { readonly params: Params }) {
  return <Execution key={`${params.namespace}/${params.name}`} {...params} />;
}

function Execution({ namespace, name }: Params) {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const known = useExecution(namespace, name);
  const [tab, attempt] = [tabOf(search), attemptIn(search)];
  const { answer } = known;
  const title = answer?.execution.metadata.name ?? name;
  return (
    <>
      <PageHeader
        title={title}
        name={answer === undefined ? name : `${title} ${phaseOf(answer.execution)}`}
        crumbs={<Link href={`/executions?namespace=${encodeURIComponent(namespace)}`}>{namespace}</Link>}
        beside={<BesideTheTitle name={title} known={known} />}
        actions={answer !== undefined && <Actions execution={answer.execution} gone={known.deleted !== ""} />}
      />
      <Messages known={known} />
      {answer === undefined && known.problem === "" && <Skeleton />}
      {answer !== undefined && (
        <Tabs
          label="Parts of the execution"
          tabs={TABS}
          selected={tab}
          onSelect={(next) => navigate(`${path}${searchOf(next as TabId, attempt)}`)}
        >
          <Content shown={tab} answer={answer} attempt={attempt} />
        </Tabs>
      )}
    </>
  );
}

function BesideTheTitle({ name, known }: { readonly name: string; readonly known: Known }) {
  const execution = known.answer?.execution;
  return (
    <>
      <CopyButton text={name} label="name" />
      {execution !== undefined && <PhaseBadge phase={phaseOf(execution)} />}
      {execution?.status?.startTime !== undefined && (
        <span class="muted">
          <Duration from={execution.status.startTime} to={execution.status.completionTime} />
        </span>
      )}
      {known.stream === "reconnecting" && known.deleted === "" && <Spinner label="Reconnecting" />}
    </>
  );
}

function Messages({ known }: { readonly known: Known }) {
  return (
    <div class="stack execution-messages">
      {known.deleted !== "" && <Notice kind="warning">{known.deleted}</Notice>}
      {known.problem !== "" && <Notice kind="error">{known.problem}</Notice>}
      {known.answer?.execution.archived !== undefined && (
        <Notice kind="info" title="From the history">
          The cluster doesn't have this execution any more. It is shown as it was when it had ended; it was kept{" "}
          <Time at={known.answer.execution.archived} ago />.
        </Notice>
      )}
      {known.answer?.missing.map((one) => (
        <Notice key={one.what} kind="info" title={`${one.what} can't be shown`}>
          {one.why}
        </Notice>
      ))}
    </div>
  );
}

function Content({
  shown,
  answer,
  attempt,
}: {
  readonly shown: TabId;
  readonly answer: ExecutionAnswer;
  readonly attempt: number | undefined;
}) {
  const props = { execution: answer.execution, attempt };
  switch (shown) {
    case "overview":
      return <Overview answer={answer} attempt={attempt} />;
    case "inputs-outputs":
      return <DataTab {...props} />;
    case "logs":
      return <LogsTab {...props} />;
    case "deck":
      return <DeckTab {...props} />;
    case "events":
      return <EventsTab answer={answer} />;
    case "pod":
      return <PodsTab answer={answer} />;
    case "yaml":
      return <YamlTab answer={answer} />;
    case "origin":
      return <OriginTab answer={answer} attempt={attempt} />;
  }
}
