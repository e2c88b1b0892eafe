// What a form sets beside the inputs: the execution's name, its labels, its resources and the like.
import { Button } from "../../components/Button";
import { Disclosure } from "../../components/Disclosure";
import { Field } from "../../components/Field";
import type { Errors } from "./Controls";
import type { Rows, Settings } from "./form";

interface Setting {
  readonly name: string;
  readonly label: string;
  readonly docs?: string;
  readonly placeholder?: string;
  /** Where its errors are. */
  readonly paths: readonly string[];
}

const TEXTS: readonly Setting[] = [
  { name: "image", label: "Image", paths: ["spec.image"] },
  ...(["cpu", "memory", "gpu"] as const).map((name) => ({
    name,
    label: { cpu: "CPU", memory: "Memory", gpu: "GPUs" }[name],
    placeholder: { cpu: "500m", memory: "2Gi", gpu: "1" }[name],
    paths: [`spec.resources.requests.${name}`, `spec.resources.limits.${name}`],
  })),
  {
    name: "retries",
    label: "Retries",
    docs: "Further attempts after failures of the task that are recoverable.",
    paths: ["spec.retries"],
  },
  {
    name: "attemptTimeout",
    label: "Timeout of an attempt",
    placeholder: "1h30m",
    paths: ["spec.timeouts.attempt"],
  },
  { name: "totalTimeout", label: "Timeout of all attempts", placeholder: "1d", paths: ["spec.timeouts.total"] },
  { name: "serviceAccountName", label: "Service account", paths: ["spec.serviceAccountName"] },
  { name: "priorityClassName", label: "Priority class", paths: ["spec.priorityClassName"] },
  {
    name: "priority",
    label: "Priority",
    docs: "A higher one starts earlier where maxConcurrent lets only some run.",
    paths: ["spec.priority"],
  },
  {
    name: "ttl",
    label: "Time to live",
    docs: "How long after its end the execution is deleted: seconds, or a duration.",
    placeholder: "7d",
    paths: ["spec.ttlSecondsAfterFinished"],
  },
  {
    name: "inputsUri",
    label: "Inputs file",
    docs: "The URI of an inputs.pb with all inputs, in place of those above.",
    placeholder: "s3://bucket/path/inputs.pb",
    paths: ["spec.inputsUri"],
  },
];

/** All fields whose errors are shown here. */
export const SETTING_PATHS: readonly string[] = [
  "metadata.name",
  "metadata.labels",
  "spec.env",
  ...TEXTS.flatMap(({ paths }) => paths),
];

interface Props {
  readonly name: string;
  readonly settings: Settings;
  readonly errors: Errors;
  readonly onName: (name: string) => void;
  readonly onChange: (settings: Settings) => void;
}

export function SettingsControls({ name, settings, errors, onName, onChange }: Props) {
  const set = (field: string, value: string | boolean | Rows) => {
    const { [field]: _, ...others } = settings;
    onChange(
      value === "" || value === false || (Array.isArray(value) && value.length === 0)
        ? others
        : { ...others, [field]: value },
    );
  };
  const found = (paths: readonly string[]) => paths.map((path) => errors.get(path)?.[0]).find(Boolean);
  const anyWrong = SETTING_PATHS.some((path) => errors.has(path));
  return (
    <Disclosure summary="Name, labels, resources and the like" open={Object.keys(settings).length > 0 || anyWrong}>
      <div class="launch-settings">
        <Field
          label="Name"
          docs="The execution's name. Each form comes with a new one."
          error={found(["metadata.name"])}
        >
          {(attributes) => (
            <input
              class="input"
              {...attributes}
              value={name}
              spellcheck={false}
              onInput={(event) => onName(event.currentTarget.value)}
            />
          )}
        </Field>
        {TEXTS.map((one) => (
          <Field key={one.name} label={one.label} docs={one.docs} error={found(one.paths)}>
            {(attributes) => (
              <input
                class="input"
                {...attributes}
                value={textOf(settings[one.name])}
                placeholder={one.placeholder}
                spellcheck={false}
                onInput={(event) => set(one.name, event.currentTarget.value)}
              />
            )}
          </Field>
        ))}
        <label class="row">
          <input
            type="checkbox"
            checked={settings.suspend === true}
            onChange={(event) => set("suspend", event.currentTarget.checked)}
          />
          Suspended: no attempt starts until it is resumed
        </label>
        <Table
          label="Labels"
          rows={rowsOf(settings.labels)}
          error={found(["metadata.labels"])}
          onChange={(rows) => set("labels", rows)}
        />
        <Table
          label="Environment"
          rows={rowsOf(settings.env)}
          error={found(["spec.env"])}
          onChange={(rows) => set("env", rows)}
        />
      </div>
    </Disclosure>
  );
}

function textOf(value: Settings[string] | undefined): string {
  return typeof value === "string" ? value : "";
}

function rowsOf(value: Settings[string] | undefined): Rows {
  return typeof value === "object" ? value : [];
}

/** Names and their values. */
function Table({
  label,
  rows,
  error,
  onChange,
}: {
  readonly label: string;
  readonly rows: Rows;
  readonly error: string | undefined;
  readonly onChange: (rows: Rows) => void;
}) {
  const set = (index: number, row: readonly [string, string]) =>
    onChange(rows.map((other, at) => (at === index ? row : other)));
  return (
    <fieldset class="launch-group">
      <legend>{label}</legend>
      {rows.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: its name changes while it is typed in
        <div class="launch-row" key={index}>
          <input
            class="input"
            aria-label={`${label}: name ${index + 1}`}
            value={name}
            spellcheck={false}
            onInput={(event) => set(index, [event.currentTarget.value, value])}
          />
          <input
            class="input"
            aria-label={`${label}: value ${index + 1}`}
            value={value}
            spellcheck={false}
            onInput={(event) => set(index, [name, event.currentTarget.value])}
          />
          <Button
            kind="quiet"
            icon="cross"
            aria-label={`${label}: remove row ${index + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            Remove
          </Button>
        </div>
      ))}
      <div class="row">
        <Button aria-label={`${label}: add a row`} onClick={() => onChange([...rows, ["", ""]])}>
          Add
        </Button>
      </div>
      {error !== undefined && <div class="field-error">{error}</div>}
    </fieldset>
  );
}
