// All executions that the viewer may see: filtered, sorted, live. The address has all of its state.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation, useSearch } from "wouter-preact";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Skeleton } from "../../components/Waiting";
import { SelectedActions } from "../execution/SelectedActions";
import { EmptyList } from "./EmptyList";
import { ErrorDialog } from "./ErrorDialog";
import { ExecutionTable } from "./ExecutionTable";
import { FilterBar } from "./FilterBar";
import { cleared, type Filters, filtersOf, searchOf } from "./filters";
import { History } from "./History";
import { ListState } from "./ListState";
import type { Row } from "./rows";
import { useExecutions } from "./useExecutions";
import { useNamespaces } from "./useNamespaces";
import { useRowHeight } from "./useRowHeight";
import { useScrollPlace } from "./useScrollPlace";
import { useSelection } from "./useSelection";
import { useSlash } from "./useSlash";
import "./executions.css";

export function ExecutionsPage() {
  const [, navigate] = useLocation();
  const filters = filtersOf(useSearch());
  const search = searchOf(filters);
  const namespaces = useNamespaces();
  const { known, stale, state, past, problem, retry, show } = useExecutions(search);
  useScrollPlace(search, known !== undefined);
  const selection = useSelection(known, search);
  const rowHeight = useRowHeight();
  const [read, setRead] = useState<Row>();
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);

  const change = useCallback(
    (next: Filters, typing = false) => {
      const to = searchOf(next);
      if (to !== searchOf(filtersOf(window.location.search))) {
        navigate(`/executions${to}`, { replace: typing });
      }
    },
    [navigate],
  );
  // Who may not list all namespaces begins with one of those where they may.
  useEffect(() => {
    const first = namespaces?.namespaces[0];
    if (namespaces?.all === false && filters.namespace === "" && first !== undefined) {
      navigate(`/executions${searchOf({ ...filters, namespace: first })}`, { replace: true });
    }
  }, [namespaces, filters, navigate]);

  const tasks = useMemo(
    () => [...new Set(known?.window.flatMap(({ task, template }) => task ?? template ?? []))].sort(),
    [known?.window],
  );
  const clear = () => change(cleared(filters));
  const reach = (history: string) => change({ ...filters, history });
  return (
    <>
      <PageHeader title="Executions" beside={<ListState state={state} total={known?.total} />} />
      <FilterBar
        filters={filters}
        counts={known?.counts ?? {}}
        namespaces={namespaces}
        tasks={tasks}
        problem={problem}
        withHistory={past !== undefined}
        search={field}
        onChange={change}
      />
      {problem !== undefined && (
        <Notice kind={problem.field === undefined ? "error" : "warning"}>
          <p>{problem.message}</p>
          <Button onClick={retry}>Try again</Button>
        </Notice>
      )}
      {problem === undefined && known === undefined && <Skeleton lines={12} label="Loading the executions" />}
      {problem === undefined && known !== undefined && (
        <div aria-busy={stale}>
          {selection.rows.length > 0 && (
            <div class="executions-selection row">
              <span role="status">{selection.rows.length} selected</span>
              <SelectedActions rows={selection.rows} />
              <Button kind="quiet" icon="cross" onClick={selection.clear}>
                Select none
              </Button>
            </div>
          )}
          {known.total === 0 ? (
            <EmptyList filters={filters} onClear={clear} />
          ) : (
            <ExecutionTable
              known={known}
              sort={filters.sort}
              withNamespace={filters.namespace === ""}
              selected={selection.uids}
              rowHeight={rowHeight}
              onSort={(sort) => change({ ...filters, sort })}
              onSelect={selection.toggle}
              onRead={setRead}
              onVisible={show}
            />
          )}
        </div>
      )}
      {problem === undefined && past !== undefined && <History past={past} filters={filters} onReach={reach} />}
      {read !== undefined && <ErrorDialog row={read} onClose={() => setRead(undefined)} />}
    </>
  );
}
