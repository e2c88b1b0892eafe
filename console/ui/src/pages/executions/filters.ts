// The filters and the order of the list, as they stand in the address. The back end takes the same names.

export interface Filters {
  /** Empty: all namespaces. */
  readonly namespace: string;
  readonly phases: readonly string[];
  readonly task: string;
  readonly label: string;
  readonly since: string;
  readonly until: string;
  readonly text: string;
  /** How far back the history is shown, such as 30d; `none`: not at all. Empty: some days. */
  readonly history: string;
  readonly sort: string;
}

export const NEWEST_FIRST = "-created";

export const NO_FILTERS: Filters = {
  namespace: "",
  phases: [],
  task: "",
  label: "",
  since: "",
  until: "",
  text: "",
  history: "",
  sort: NEWEST_FIRST,
};

const TEXTS = ["namespace", "task", "label", "since", "until", "text", "history"] as const;

/** The filters in an address's search. */
export function filtersOf(search: string): Filters {
  const parameters = new URLSearchParams(search);
  const texts = Object.fromEntries(TEXTS.map((name) => [name, parameters.get(name) ?? ""])) as Record<
    (typeof TEXTS)[number],
    string
  >;
  return {
    ...texts,
    phases: (parameters.get("phase") ?? "").split(",").filter(Boolean),
    sort: parameters.get("sort") || NEWEST_FIRST,
  };
}

/** The address's search for filters, with "?" before it; empty for none. The same filters have the same address. */
export function searchOf(filters: Filters): string {
  const parameters = new URLSearchParams();
  for (const name of TEXTS) {
    if (filters[name] !== "") {
      parameters.set(name, filters[name]);
    }
  }
  if (filters.phases.length > 0) {
    parameters.set("phase", filters.phases.join(","));
  }
  if (filters.sort !== NEWEST_FIRST) {
    parameters.set("sort", filters.sort);
  }
  // Commas are legible in an address, and mean nothing there.
  const search = parameters.toString().replaceAll("%2C", ",");
  return search === "" ? "" : `?${search}`;
}

/** No filter, but the same place: namespace, history and order. */
export function cleared({ namespace, history, sort }: Filters): Filters {
  return { ...NO_FILTERS, namespace, history, sort };
}

/** Whether anything but the place and the order is chosen. */
export function isFiltered(filters: Filters): boolean {
  return searchOf({ ...filters, namespace: "", history: "", sort: NEWEST_FIRST }) !== "";
}

/** `filters` with `phase` chosen, or no longer. */
export function withPhaseToggled(filters: Filters, phase: string): Filters {
  const phases = filters.phases.includes(phase)
    ? filters.phases.filter((one) => one !== phase)
    : [...filters.phases, phase];
  return { ...filters, phases };
}

/** The sort for a click on a column's header: its own order first, and the reverse from then on. */
export function nextSort(current: string, column: string, firstReversed: boolean): string {
  const [first, second] = firstReversed ? [`-${column}`, column] : [column, `-${column}`];
  return current === first ? second : first;
}
