// The launch form as the back end describes it, and what is entered into it. Pure.

export type Kind =
  | "integer"
  | "float"
  | "string"
  | "boolean"
  | "datetime"
  | "duration"
  | "choice"
  | "none"
  | "uri"
  | "list"
  | "map"
  | "object"
  | "union"
  | "json"
  | "opaque";

/** What one value is entered with. */
export interface Control {
  readonly kind: Kind;
  /** In words. */
  readonly type: string;
  readonly nullable?: boolean;
  readonly choices?: readonly string[];
  readonly hint?: string;
  readonly item?: Control;
  readonly fields?: readonly Part[];
  readonly variants?: readonly Control[];
}

/** An input, or a field of an object. */
export interface Part {
  readonly name: string;
  readonly docs: string;
  readonly required: boolean;
  readonly control: Control;
  /** As text; none where there is no default, or nobody but the function knows it. */
  readonly default?: string;
}

/** Text, a list, pairs of keys and entries, an object, or `{"$variant": 1, "value": entry}`. Undefined is left out, null is null. */
export type Entry = string | null | undefined | readonly Entry[] | { readonly [name: string]: Entry };
export type Entries = Readonly<Record<string, Entry>>;

/** What a form begins with. */
export interface Form {
  readonly namespace: string;
  /** The name that the execution gets: the same however often the form is sent. */
  readonly name: string;
  readonly fields: readonly Part[];
  readonly defaults: Entries;
  readonly inputs: Entries;
  /** Inputs of the address, or of the execution that is repeated, which this task doesn't have. */
  readonly unknown: readonly string[];
  readonly settings: Settings;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
  /** Why the viewer may not create executions here; empty where they may. */
  readonly forbidden: string;
}

export type Settings = Readonly<Record<string, string | boolean | Rows>>;
export type Rows = readonly (readonly [string, string])[];

export interface Mistake {
  readonly field: string;
  readonly message: string;
}

export interface Checked {
  readonly yaml: string;
  /** What `now` and `today` counted from. */
  readonly now: string;
  readonly errors: readonly Mistake[];
  readonly warnings: readonly Mistake[];
}

export const INPUTS = "spec.inputs";
const VARIANT = "$variant";

/** An object with one field set, or without it. */
export function withField(entry: Entry, name: string, value: Entry): { readonly [name: string]: Entry } {
  const before = isObject(entry) ? entry : {};
  if (value === undefined) {
    return Object.fromEntries(Object.entries(before).filter(([known]) => known !== name));
  }
  return { ...before, [name]: value };
}

export function isObject(entry: Entry): entry is { readonly [name: string]: Entry } {
  return typeof entry === "object" && entry !== null && !Array.isArray(entry);
}

export function itemsOf(entry: Entry): readonly Entry[] {
  return Array.isArray(entry) ? entry : [];
}

/** The keys and entries of a map. */
export function pairsOf(entry: Entry): readonly (readonly [string, Entry])[] {
  return itemsOf(entry).filter((pair): pair is readonly [string, Entry] => Array.isArray(pair) && pair.length === 2);
}

/** Which type of a union was chosen, and what is entered for it. */
export function variantOf(entry: Entry): { readonly index: number; readonly value: Entry } {
  const index = isObject(entry) ? Number(entry[VARIANT]) : 0;
  return isObject(entry) && Number.isInteger(index) ? { index, value: entry.value } : { index: 0, value: entry };
}

export function asVariant(index: number, value: Entry): Entry {
  return { [VARIANT]: index as unknown as Entry, value };
}

/** What a control begins with once it is shown. */
export function emptyOf(control: Control): Entry {
  switch (control.kind) {
    case "list":
    case "map":
      return [];
    case "object":
      return {};
    case "union":
      return asVariant(0, emptyOf(control.variants?.[0] ?? control));
    case "none":
      return null;
    case "boolean":
      return "false";
    case "choice":
      return control.choices?.[0] ?? "";
    default:
      return "";
  }
}

/** The field paths of everything that is shown for `control`, as errors name them. */
export function pathsOf(control: Control, entry: Entry, path: string): string[] {
  switch (control.kind) {
    case "list":
      return [path, ...itemsOf(entry).flatMap((item, at) => inner(control.item, item, `${path}[${at}]`))];
    case "map":
      return [path, ...pairsOf(entry).flatMap(([key, item]) => inner(control.item, item, `${path}.${key}`))];
    case "object":
      return [
        path,
        ...(control.fields ?? []).flatMap((part) =>
          pathsOf(part.control, isObject(entry) ? entry[part.name] : undefined, `${path}.${part.name}`),
        ),
      ];
    case "union": {
      const { index, value } = variantOf(entry);
      return inner(control.variants?.[index], value, path);
    }
    default:
      return [path];
  }
}

function inner(control: Control | undefined, entry: Entry, path: string): string[] {
  return control === undefined ? [path] : pathsOf(control, entry, path);
}

/** The messages by the path that shows them: that of the field itself, or else of the nearest one around it. Those of none are at "". */
export function placed(mistakes: readonly Mistake[], paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const mistake of mistakes) {
    const around = paths.filter((path) => isWithin(mistake.field, path));
    const path = around.reduce((longest, one) => (one.length > longest.length ? one : longest), "");
    found.set(path, [...new Set([...(found.get(path) ?? []), shortened(mistake, path)])]);
  }
  return found;
}

export function isWithin(field: string, path: string): boolean {
  return field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`);
}

/** Beside its field a message needs no path. */
function shortened(mistake: Mistake, path: string): string {
  const prefix = `${mistake.field}: `;
  return path !== "" && mistake.field === path && mistake.message.startsWith(prefix)
    ? mistake.message.slice(prefix.length)
    : mistake.message;
}

const NOTHING = /found (""|nothing)$/;

/** Of what isn't entered yet nothing is shown to be wrong, until somebody tries to run it. */
export function shownBefore(mistakes: readonly Mistake[], inputs: Entries): readonly Mistake[] {
  return mistakes.filter(
    ({ field, message }) =>
      !isWithin(field, INPUTS) ||
      (!NOTHING.test(message) &&
        Object.entries(inputs).some(([name, entry]) => entry !== undefined && isWithin(field, `${INPUTS}.${name}`))),
  );
}
