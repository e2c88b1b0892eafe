// What can be done with a log: search it, choose another attempt or container, copy and download it.
import { useId, useState } from "preact/hooks";
import { Button } from "../../../components/Button";
import { formatCount } from "../../../components/format";
import { Icon } from "../../../components/Icon";

/** In milliseconds. */
const SHOWN_FOR = 2_000;

export interface LogAddress {
  readonly container: string;
  readonly search: string;
  readonly isExpression: boolean;
  readonly wraps: boolean;
  readonly times: string;
}

export function LogToolbar({
  attempts,
  attempt,
  containers,
  address,
  found,
  invalid,
  follows,
  download,
  onChange,
  onStep,
  onFollow,
  onCopy,
}: {
  readonly attempts: readonly number[];
  readonly attempt: number | undefined;
  readonly containers: readonly string[];
  readonly address: LogAddress;
  /** How many lines the search has found, and which of them is shown, from 0. */
  readonly found: { readonly count: number; readonly current: number } | undefined;
  /** The search is no regular expression. */
  readonly invalid: boolean;
  readonly follows: boolean;
  /** Where the log is as a file; undefined where there is none. */
  readonly download: string | undefined;
  readonly onChange: (changes: Readonly<Record<string, string | undefined>>) => void;
  readonly onStep: (direction: 1 | -1) => void;
  readonly onFollow: () => void;
  /** Whether it worked. */
  readonly onCopy: () => Promise<boolean>;
}) {
  const [state, setState] = useState("");
  async function copy() {
    setState((await onCopy()) ? "Copied" : "Not copied");
    setTimeout(() => setState(""), SHOWN_FOR);
  }
  return (
    <div class="log-toolbar">
      <div class="row">
        {attempts.length > 0 && (
          <Choice
            label="Attempt"
            value={String(attempt ?? "")}
            options={attempts.map((number) => [String(number), String(number)])}
            onChange={(value) => onChange({ attempt: value })}
          />
        )}
        {containers.length > 0 && (
          <Choice
            label="Container"
            value={address.container}
            options={containers.map((name) => [name, name])}
            onChange={(value) => onChange({ container: value })}
          />
        )}
        <Choice
          label="Times"
          value={address.times}
          options={[
            ["since", "since the start"],
            ["clock", "of the day"],
            ["off", "none"],
          ]}
          onChange={(value) => onChange({ times: value === "since" ? undefined : value })}
        />
        <Check
          label="Wrap lines"
          checked={address.wraps}
          onChange={(checked) => onChange({ wrap: checked ? undefined : "0" })}
        />
        {download !== undefined && (
          <span class="log-actions row">
            <Button aria-pressed={follows} onClick={onFollow} title="Stay at the end while lines arrive">
              Follow
            </Button>
            <Button icon={state === "Copied" ? "check" : "copy"} onClick={copy}>
              Copy
            </Button>
            <span class="small muted" role="status">
              {state}
            </span>
            <a class="button button-default" href={download} download>
              <Icon name="download" />
              Download
            </a>
          </span>
        )}
      </div>
      <search class="row">
        <input
          class="input"
          type="search"
          aria-label="Search the log"
          placeholder="Search the log"
          value={address.search}
          aria-invalid={invalid || undefined}
          onInput={(event) => onChange({ search: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              onStep(event.shiftKey ? -1 : 1);
            }
          }}
        />
        <Check
          label="Regular expression"
          checked={address.isExpression}
          onChange={(checked) => onChange({ regex: checked ? "1" : undefined })}
        />
        <Button onClick={() => onStep(-1)} disabled={!found?.count}>
          Previous
        </Button>
        <Button onClick={() => onStep(1)} disabled={!found?.count}>
          Next
        </Button>
        <span class="small muted" role="status">
          {invalid ? "This is no regular expression." : wordsOf(found)}
        </span>
      </search>
    </div>
  );
}

function wordsOf(found: { readonly count: number; readonly current: number } | undefined): string {
  if (found === undefined) {
    return "";
  }
  const lines = `${formatCount(found.count)} ${found.count === 1 ? "line" : "lines"}`;
  return found.current < 0 ? lines : `${formatCount(found.current + 1)} of ${lines}`;
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <span class="log-choice">
      <label class="small muted" for={id}>
        {label}
      </label>
      <select id={id} class="input" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </span>
  );
}

function Check({
  label,
  checked,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label class="log-choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span class="small">{label}</span>
    </label>
  );
}
