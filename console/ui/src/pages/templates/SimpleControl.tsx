// A control for one value: what is typed in, or chosen among a few.
import type { ControlAttributes } from "../../components/Field";
import type { Control, Entry, Kind } from "./form";
import { MomentPicker } from "./MomentPicker";

const SIMPLE: ReadonlySet<Kind> = new Set([
  "integer",
  "float",
  "string",
  "boolean",
  "datetime",
  "duration",
  "choice",
  "uri",
  "json",
]);

export function isSimple({ kind }: Control): boolean {
  return SIMPLE.has(kind);
}

interface SimpleProps {
  readonly control: Control;
  readonly entry: Entry;
  readonly onChange: (entry: Entry) => void;
  readonly attributes: ControlAttributes;
  readonly name: string;
  /** What is shown while nothing is entered. */
  readonly empty: string;
}

/** What is typed in, or chosen. */
export function SimpleControl({ control, entry, onChange, attributes, name, empty }: SimpleProps) {
  const isNull = entry === null;
  const text = typeof entry === "string" ? entry : "";
  // Text may be empty; whatever else is empty isn't entered.
  const change = (value: string) => onChange(value === "" && control.kind !== "string" ? undefined : value);
  const nullable = control.nullable === true && (
    <label class="launch-null">
      <input
        type="checkbox"
        aria-label={`${name} is null`}
        checked={isNull}
        onChange={(event) => onChange(event.currentTarget.checked ? null : undefined)}
      />
      null
    </label>
  );
  if (control.kind === "choice" || control.kind === "boolean") {
    const choices = control.kind === "boolean" ? ["true", "false"] : (control.choices ?? []);
    return (
      <>
        <select
          class="input"
          {...attributes}
          disabled={isNull}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
        >
          <option value="">{empty === "" ? "Choose" : `(${empty})`}</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
        {nullable}
      </>
    );
  }
  const common = {
    ...attributes,
    disabled: isNull,
    value: text,
    placeholder: isNull ? "null" : (entry === undefined && empty) || placeholderOf(control),
    spellcheck: false,
    autocomplete: "off",
  } as const;
  if (control.kind === "json" || (control.kind === "string" && text.includes("\n"))) {
    return (
      <>
        <textarea
          class="input mono"
          rows={4}
          {...common}
          onInput={(event) => change(event.currentTarget.value)}
          dir="auto"
        />
        {nullable}
      </>
    );
  }
  return (
    <>
      <input
        class="input"
        inputMode={control.kind === "integer" ? "numeric" : control.kind === "float" ? "decimal" : "text"}
        {...common}
        onInput={(event) => change(event.currentTarget.value)}
        dir="auto"
      />
      {control.kind === "datetime" && !isNull && <MomentPicker name={name} onPick={onChange} />}
      {nullable}
    </>
  );
}

function placeholderOf(control: Control): string {
  const examples: Partial<Record<Control["kind"], string>> = {
    datetime: "2026-01-31T12:00:00Z, or now - 1h",
    duration: "1h30m",
    uri: "s3://bucket/key",
    json: "{}",
  };
  return examples[control.kind] ?? "";
}
