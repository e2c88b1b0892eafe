// The filters, which are the address's: each change of them is another address.
import type { RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Problem } from "../../api/client";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { formatCount } from "../../components/format";
import { Badge, PHASES } from "../../components/PhaseBadge";
import { cleared, type Filters, isFiltered, withPhaseToggled } from "./filters";
import { REACHES } from "./past";
import type { Namespaces } from "./useNamespaces";

/** After so many milliseconds without another key the list is searched. */
const TYPING = 250;
const SINCE: readonly (readonly [string, string])[] = [
  ["", "Any time"],
  ["15m", "15 minutes"],
  ["1h", "1 hour"],
  ["24h", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
];

interface Props {
  readonly filters: Filters;
  readonly counts: Readonly<Record<string, number>>;
  readonly namespaces: Namespaces | undefined;
  /** Names of tasks to choose from. */
  readonly tasks: readonly string[];
  /** What the back end refuses about a filter. */
  readonly problem: Problem | undefined;
  /** Whether there is a history. */
  readonly withHistory: boolean;
  readonly search: RefObject<HTMLInputElement>;
  /** `typing`: more is to come, so this is no step to go back to. */
  readonly onChange: (filters: Filters, typing?: boolean) => void;
}

export function FilterBar({ filters, counts, namespaces, tasks, problem, withHistory, search, onChange }: Props) {
  // A narrow screen shows these only where they are wanted.
  const [open, setOpen] = useState([filters.task, filters.label, filters.since, filters.history].some(Boolean));
  const errorOf = (field: string) => (problem?.field === field ? problem.message : undefined);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is too new for some browsers
    <div class="executions-filters" role="search" aria-label="Filters" data-history={withHistory}>
      <TextFilter
        label="Search"
        placeholder="Name, task or error"
        value={filters.text}
        input={search}
        onChange={(text, typing) => onChange({ ...filters, text }, typing)}
      />
      <TextFilter
        label="Namespace"
        placeholder={namespaces?.all === false ? "Name of a namespace" : "All namespaces"}
        value={filters.namespace}
        options={namespaces?.namespaces ?? []}
        error={errorOf("namespace")}
        onChange={(namespace, typing) => typing || onChange({ ...filters, namespace })}
      />
      <div class="executions-optional" data-open={open}>
        <TextFilter
          label="Task"
          placeholder="app.train or app.*"
          value={filters.task}
          options={tasks}
          error={errorOf("task")}
          onChange={(task, typing) => typing || onChange({ ...filters, task })}
        />
        <TextFilter
          label="Labels"
          placeholder="team=a,stage in (dev,prod)"
          value={filters.label}
          error={errorOf("label")}
          onChange={(label, typing) => typing || onChange({ ...filters, label })}
        />
        <Since filters={filters} error={errorOf("since") ?? errorOf("until")} onChange={onChange} />
        {withHistory && (
          <Choice
            label="History"
            choices={REACHES}
            value={filters.history}
            error={errorOf("history")}
            onChange={(history) => onChange({ ...filters, history })}
          />
        )}
      </div>
      <div class="executions-more">
        <Button kind="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Fewer filters" : "More filters"}
        </Button>
      </div>
      <Phases filters={filters} counts={counts} onChange={onChange} />
      {isFiltered(filters) && (
        <Button kind="quiet" icon="cross" onClick={() => onChange(cleared(filters))}>
          Clear filters
        </Button>
      )}
    </div>
  );
}

/** A text that counts once it was typed: with Enter, on leaving, or after a moment. */
function TextFilter({
  label,
  placeholder,
  value,
  options,
  error,
  input,
  onChange,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly options?: readonly string[];
  readonly error?: string | undefined;
  readonly input?: RefObject<HTMLInputElement>;
  readonly onChange: (value: string, typing: boolean) => void;
}) {
  const list = useId();
  const [typed, setTyped] = useState(value);
  // What was typed here comes back as the value; by then more may have been typed, or a space before the next word.
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setTyped(value);
    }
  }, [value]);
  // Other filters may change while this one waits: what is called then has to know of them.
  const latest = useRef(onChange);
  latest.current = onChange;
  function send(typing: boolean): void {
    sent.current = typed.trim();
    latest.current(sent.current, typing);
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed starts the wait anew
  useEffect(() => {
    if (typed === value) {
      return undefined;
    }
    const timer = setTimeout(() => send(true), TYPING);
    return () => clearTimeout(timer);
  }, [typed]);
  const finish = () => typed.trim() !== value && send(false);
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <>
          <input
            {...attributes}
            ref={input ?? null}
            class="input"
            type="search"
            spellcheck={false}
            autocomplete="off"
            placeholder={placeholder}
            value={typed}
            list={options === undefined ? undefined : list}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onChange={finish}
            onKeyDown={(event) => event.key === "Enter" && finish()}
          />
          {options !== undefined && (
            <datalist id={list}>
              {options.map((option) => (
                <option key={option} value={option} />
              ))}
            </datalist>
          )}
        </>
      )}
    </Field>
  );
}

function Since({
  filters,
  error,
  onChange,
}: {
  readonly filters: Filters;
  readonly error: string | undefined;
  readonly onChange: (filters: Filters) => void;
}) {
  return (
    <Choice
      label="Created within"
      choices={SINCE}
      value={filters.since}
      error={error}
      onChange={(since) => onChange({ ...filters, since })}
    />
  );
}

/** One of some values; another one that the address has is one more. */
function Choice({
  label,
  choices,
  value,
  error,
  onChange,
}: {
  readonly label: string;
  readonly choices: readonly (readonly [string, string])[];
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}) {
  const own = choices.some(([one]) => one === value) ? [] : [[value, value] as const];
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <select {...attributes} class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {[...choices, ...own].map(([one, text]) => (
            <option key={one} value={one}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Phases({
  filters,
  counts,
  onChange,
}: {
  readonly filters: Filters;
  readonly counts: Readonly<Record<string, number>>;
  readonly onChange: (filters: Filters) => void;
}) {
  return (
    <fieldset class="executions-phases">
      <legend class="visually-hidden">Phases</legend>
      {PHASES.map((phase) => {
        const count = counts[phase] ?? 0;
        const chosen = filters.phases.includes(phase);
        return (
          <button
            key={phase}
            type="button"
            class="executions-toggle"
            aria-pressed={chosen}
            data-empty={count === 0 && !chosen}
            onClick={() => onChange(withPhaseToggled(filters, phase))}
          >
            {phase} <Badge>{formatCount(count)}</Badge>
          </button>
        );
      })}
    </fieldset>
  );
}
