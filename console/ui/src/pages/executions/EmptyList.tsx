// There are no rows: why, and what to do.
import { Link } from "wouter-preact";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/Waiting";
import { type Filters, isFiltered } from "./filters";

export function EmptyList({ filters, onClear }: { readonly filters: Filters; readonly onClear: () => void }) {
  const where = filters.namespace === "" ? "" : ` in the namespace ${filters.namespace}`;
  if (isFiltered(filters)) {
    return (
      <EmptyState title={`No execution${where} passes these filters`}>
        <Button onClick={onClear}>Clear filters</Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={`There are no executions${where}`}>
      <p>
        Choose a <Link href="/templates">template</Link> and run it, or run a file:{" "}
        <code>glider run hello.py hello</code>
      </p>
    </EmptyState>
  );
}
