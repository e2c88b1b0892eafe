// The controls of a launch form: one for each type, within each other where types are.
import { useId } from "preact/hooks";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import {
  asVariant,
  type Control,
  type Entry,
  emptyOf,
  isObject,
  itemsOf,
  type Part,
  pairsOf,
  variantOf,
  withField,
} from "./form";
import { isSimple, SimpleControl } from "./SimpleControl";

export type Errors = ReadonlyMap<string, readonly string[]>;

interface EntryProps {
  readonly control: Control;
  readonly entry: Entry;
  readonly path: string;
  readonly errors: Errors;
  readonly onChange: (entry: Entry) => void;
}

interface PartProps extends Omit<EntryProps, "control"> {
  readonly part: Part;
  /** What a list or an object begins with once somebody changes it: the default. */
  readonly begun?: Entry;
}

/** An input, or a field of an object. */
export function PartControl({ part, entry, path, errors, begun, onChange }: PartProps) {
  const { control, name } = part;
  const note = `${control.type}${part.required ? "" : `, ${defaultOf(part)}`}`;
  const docs = [part.docs, control.hint].filter(Boolean).join(" ") || undefined;
  const leaveOut = !part.required && entry !== undefined && (
    <Button kind="quiet" onClick={() => onChange(undefined)} aria-label={`${name}: ${leavingOut(part)}`}>
      {leavingOut(part)}
    </Button>
  );
  if (isSimple(control)) {
    return (
      <Field label={name} note={note} docs={docs} error={errors.get(path)?.join(" ")} required={part.required}>
        {(attributes) => (
          <div class="launch-control" data-path={path}>
            <SimpleControl {...{ control, entry, onChange, attributes, name }} empty={emptyText(part)} />
            {leaveOut}
          </div>
        )}
      </Field>
    );
  }
  return (
    <Group label={name} note={note} docs={docs} path={path} errors={errors} required={part.required}>
      {entry === undefined && !(part.required && control.kind === "object") ? (
        <Unset control={control} name={name} begun={begun} onChange={onChange} />
      ) : (
        <Composite control={control} entry={entry} path={path} errors={errors} onChange={onChange} />
      )}
      {leaveOut}
    </Group>
  );
}

function defaultOf(part: Part): string {
  return part.default === undefined ? "optional" : `default: ${part.default}`;
}

function leavingOut(part: Part): string {
  return part.default === undefined ? "Leave it out" : "Use the default";
}

function emptyText(part: Part): string {
  if (part.required) {
    return "";
  }
  return part.default === undefined ? "left out" : part.default;
}

/** Nothing is entered yet. */
function Unset({
  control,
  name,
  begun,
  onChange,
}: {
  readonly control: Control;
  readonly name: string;
  readonly begun: Entry;
  readonly onChange: (entry: Entry) => void;
}) {
  if (control.kind === "opaque") {
    return null;
  }
  const words = begun === undefined ? "Enter a value" : "Change it";
  return (
    <div class="row">
      {begun === undefined && control.item !== undefined ? (
        <Begun control={control} item={control.item} name={name} onChange={onChange} />
      ) : (
        <Button aria-label={`${name}: ${words.toLowerCase()}`} onClick={() => onChange(begun ?? emptyOf(control))}>
          {words}
        </Button>
      )}
      {control.nullable === true && (
        <Button aria-label={`${name}: null`} onClick={() => onChange(null)}>
          Null
        </Button>
      )}
    </div>
  );
}

/** A list or a map has something in it, or is empty: that isn't the same as left out. */
function Begun({
  control,
  item,
  name,
  onChange,
}: {
  readonly control: Control;
  readonly item: Control;
  readonly name: string;
  readonly onChange: (entry: Entry) => void;
}) {
  const map = control.kind === "map";
  const first = map ? [["", emptyOf(item)]] : [emptyOf(item)];
  return (
    <>
      <Button aria-label={`${name}: ${map ? "add a key" : "add an item"}`} onClick={() => onChange(first)}>
        {map ? "Add a key" : "Add an item"}
      </Button>
      <Button kind="quiet" aria-label={`${name}: ${map ? "empty map" : "empty list"}`} onClick={() => onChange([])}>
        {map ? "Empty map" : "Empty list"}
      </Button>
    </>
  );
}

function Group({
  label,
  note,
  docs,
  path,
  errors,
  required = false,
  children,
}: {
  readonly label: string;
  readonly note?: string;
  readonly docs?: string | undefined;
  readonly path: string;
  readonly errors: Errors;
  readonly required?: boolean;
  readonly children: preact.ComponentChildren;
}) {
  const error = errors.get(path)?.join(" ");
  const id = useId();
  return (
    <fieldset
      class="launch-group"
      data-path={path}
      tabIndex={-1}
      aria-describedby={error === undefined ? undefined : `${id}-error`}
    >
      <legend>
        {label} {note !== undefined && <span class="field-note">{note}</span>}
        {required && <span class="field-note"> required</span>}
      </legend>
      {docs !== undefined && <div class="field-note">{docs}</div>}
      {children}
      {error !== undefined && (
        <div id={`${id}-error`} class="field-error">
          {error}
        </div>
      )}
    </fieldset>
  );
}

/** A value within another, which has no name of its own. */
function Unnamed({ label, ...props }: EntryProps & { readonly label: string }) {
  return <PartControl part={{ name: label, docs: "", required: true, control: props.control }} {...props} />;
}

/** Within a list or a map nothing is left out. */
function entered(entry: Entry): Entry {
  return entry === undefined ? "" : entry;
}

/** What consists of others. */
function Composite(props: EntryProps) {
  const { control, entry } = props;
  if (entry === null) {
    return <p class="mono">null</p>;
  }
  switch (control.kind) {
    case "list":
      return <List {...props} />;
    case "map":
      return <MapEntries {...props} />;
    case "object":
      return <Fields {...props} />;
    case "union":
      return <Union {...props} />;
    default:
      return null;
  }
}

function List({ control, entry, path, errors, onChange }: EntryProps) {
  const items = itemsOf(entry);
  const { item } = control;
  if (item === undefined) {
    return null;
  }
  const without = (index: number) => onChange(items.filter((_, at) => at !== index));
  return (
    <>
      {items.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item has nothing else that it is known by
        <div class="launch-item" key={index}>
          <Unnamed
            label={`${index}`}
            control={item}
            entry={one}
            path={`${path}[${index}]`}
            errors={errors}
            onChange={(value) => onChange(items.map((other, at) => (at === index ? entered(value) : other)))}
          />
          <Button kind="quiet" icon="cross" aria-label={`Remove item ${index}`} onClick={() => without(index)}>
            Remove
          </Button>
        </div>
      ))}
      <div class="row">
        <Button onClick={() => onChange([...items, emptyOf(item)])}>Add an item</Button>
        {items.length === 0 && <span class="field-note">The list is empty.</span>}
      </div>
    </>
  );
}

function MapEntries({ control, entry, path, errors, onChange }: EntryProps) {
  const pairs = pairsOf(entry);
  const { item } = control;
  if (item === undefined) {
    return null;
  }
  const set = (index: number, pair: readonly [string, Entry]) =>
    onChange(pairs.map((other, at) => (at === index ? pair : other)) as readonly Entry[]);
  return (
    <>
      {pairs.map(([key, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: its key changes while it is typed in
        <div class="launch-item" key={index}>
          <label class="field launch-key">
            <span class="field-note">Key</span>
            <input
              class="input"
              value={key}
              spellcheck={false}
              onInput={(event) => set(index, [event.currentTarget.value, value])}
            />
          </label>
          <Unnamed
            label={key === "" ? "Value" : key}
            control={item}
            entry={value}
            path={`${path}.${key}`}
            errors={errors}
            onChange={(changed) => set(index, [key, entered(changed)])}
          />
          <Button
            kind="quiet"
            icon="cross"
            aria-label={`Remove the key ${key}`}
            onClick={() => onChange(pairs.filter((_, at) => at !== index) as readonly Entry[])}
          >
            Remove
          </Button>
        </div>
      ))}
      <div class="row">
        <Button onClick={() => onChange([...pairs, ["", emptyOf(item)]] as readonly Entry[])}>Add a key</Button>
        {pairs.length === 0 && <span class="field-note">The map is empty.</span>}
      </div>
    </>
  );
}

function Fields({ control, entry, path, errors, onChange }: EntryProps) {
  const known = isObject(entry) ? entry : {};
  return (
    <>
      {(control.fields ?? []).map((part) => (
        <PartControl
          key={part.name}
          part={part}
          entry={known[part.name]}
          path={`${path}.${part.name}`}
          errors={errors}
          onChange={(value) => onChange(withField(known, part.name, value))}
        />
      ))}
    </>
  );
}

function Union({ control, entry, path, errors, onChange }: EntryProps) {
  const variants = control.variants ?? [];
  const { index, value } = variantOf(entry);
  const chosen = variants[index];
  return (
    <>
      <label class="row">
        <span class="field-note">Type</span>
        <select
          class="input"
          value={String(index)}
          onChange={(event) => {
            const next = Number(event.currentTarget.value);
            onChange(asVariant(next, emptyOf(variants[next] ?? control)));
          }}
        >
          {variants.map((variant, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two variants may have the same type in words
            <option key={at} value={String(at)}>
              {variant.type}
            </option>
          ))}
        </select>
      </label>
      {chosen !== undefined && (
        <Unnamed
          label="Value"
          control={chosen}
          entry={value}
          path={path}
          errors={errors}
          onChange={(changed) => onChange(asVariant(index, entered(changed)))}
        />
      )}
    </>
  );
}
