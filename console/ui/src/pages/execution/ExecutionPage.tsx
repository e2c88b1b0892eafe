// One execution, with all that is known about it: a header, and a tab for each part.
import { useEffect, useState } from "preact/hooks";
import { useLocation, useSearch } from "wouter-preact";
import { get, Problem } from "../../api/client";
import { type ExecutionDocument, pathOf, phaseOf } from "../../api/execution";
import { Notice } from "../../components/Notice";
import { Actions } from "./Actions";
import { DataTab } from "./DataTab";
import { DeckTab } from "./DeckTab";
import "./execution.css";
import { LogsTab } from "./LogsTab";
import { TabBar } from "./TabBar";
import { attemptIn, type TabId, tabOf } from "./tabs";

interface Known {
  readonly execution: ExecutionDocument;
}

export function ExecutionPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  const { namespace, name } = params;
  const [path] = useLocation();
  const search = useSearch();
  const { known, problem } = useExecution(namespace, name);
  const [tab, attempt] = [tabOf(search), attemptIn(search)];
  return (
    <>
      <header class="execution-header">
        <h1>
          <span class="namespace">{namespace}/</span>
          {name}
        </h1>
        {known !== undefined && <span class="phase">{phaseOf(known.execution)}</span>}
        {known !== undefined && <Actions execution={known.execution} attempt={attempt} />}
      </header>
      {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
      {known !== undefined && (
        <>
          <TabBar path={path} shown={tab} attempt={attempt} />
          <Tab shown={tab} known={known} attempt={attempt} />
        </>
      )}
    </>
  );
}

function Tab({
  shown,
  known,
  attempt,
}: {
  readonly shown: TabId;
  readonly known: Known;
  readonly attempt: number | undefined;
}) {
  const props = { execution: known.execution, attempt };
  switch (shown) {
    case "inputs-outputs":
      return <DataTab {...props} />;
    case "logs":
      return <LogsTab {...props} />;
    case "deck":
      return <DeckTab {...props} />;
    default:
      return <p>{known.execution.metadata.uid}</p>;
  }
}

function useExecution(namespace: string, name: string): { known: Known | undefined; problem: Problem | undefined } {
  const [known, setKnown] = useState<Known>();
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    setKnown(undefined);
    setProblem(undefined);
    const left = new AbortController();
    get<Known>(pathOf(namespace, name), left.signal).then(setKnown, (error: unknown) => {
      if (error instanceof Problem) {
        setProblem(error);
      }
    });
    return () => left.abort();
  }, [namespace, name]);
  return { known, problem };
}
