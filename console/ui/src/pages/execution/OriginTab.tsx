// Where each value of an attempt's pod is from: the execution, its template, the operator's configuration or Glider itself.
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import type { ExecutionAnswer } from "../../api/execution";
import { handleOf, pathOf } from "../../api/execution";
import { Field } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { Table } from "../../components/Table";
import { EmptyState, Skeleton } from "../../components/Waiting";
import { searchOf } from "./tabs";
import { useAnswer } from "./useAnswer";

interface Origin {
  readonly attempt: number;
  /** Why there is nothing, or only a part of it, to show. */
  readonly notes: readonly string[];
  readonly values: readonly { readonly path: string; readonly value: string; readonly source: string }[];
}

export function OriginTab({
  answer,
  attempt,
}: {
  readonly answer: ExecutionAnswer;
  readonly attempt?: number | undefined;
}) {
  const { namespace, generation } = answer.execution.metadata;
  const path = pathOf(namespace, handleOf(answer.execution));
  const query = attempt === undefined ? "" : `?attempt=${attempt}`;
  const { answer: found, problem } = useAnswer<Origin>(`${path}/origin${query}`, String(generation));
  const [filter, setFilter] = useState("");
  if (problem !== "") {
    return <Notice kind="error">{problem}</Notice>;
  }
  if (found === undefined) {
    return <Skeleton />;
  }
  const wanted = filter.toLowerCase();
  const shown = found.values.filter((one) =>
    [one.path, one.value, one.source].some((text) => text.toLowerCase().includes(wanted)),
  );
  return (
    <div class="stack">
      <Attempts answer={answer} shown={found.attempt} />
      {found.notes.map((note) => (
        <Notice key={note} kind="info">
          {note}
        </Notice>
      ))}
      {found.values.length > 0 && (
        <>
          <Field label="Filter" note={`${shown.length} of ${found.values.length} values of attempt ${found.attempt}`}>
            {(attributes) => (
              <input
                {...attributes}
                type="search"
                class="input"
                value={filter}
                onInput={(event) => setFilter(event.currentTarget.value)}
              />
            )}
          </Field>
          {shown.length === 0 && <EmptyState title="No value has this text" />}
          {shown.length > 0 && (
            <Table label="Where values are from" columns={["Field of the pod", "Value", "From"]}>
              {shown.map((one) => (
                <tr key={one.path}>
                  <td class="mono execution-wraps">{one.path}</td>
                  <td class="mono execution-wraps">{one.value}</td>
                  <td>{one.source}</td>
                </tr>
              ))}
            </Table>
          )}
        </>
      )}
    </div>
  );
}

/** The attempts to choose from: each may have other values, such as more memory. */
function Attempts({ answer, shown }: { readonly answer: ExecutionAnswer; readonly shown: number }) {
  const [path, navigate] = useLocation();
  const numbers = (answer.execution.status?.attempts ?? []).map((one) => one.number);
  return numbers.length < 2 ? null : (
    <Field label="Attempt">
      {(attributes) => (
        <select
          {...attributes}
          class="input"
          value={shown}
          onChange={(event) => navigate(`${path}${searchOf("origin", Number(event.currentTarget.value))}`)}
        >
          {numbers.map((number) => (
            <option key={number} value={number}>
              {number}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
