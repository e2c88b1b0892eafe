// The rows of the list as the back end sends them, and the part of them that is known here: a window, by place.

export interface Row {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly phase: string;
  readonly reason?: string;
  /** Why it failed, or what it waits for. Several lines where it is a traceback. */
  readonly message?: string;
  readonly task?: string;
  readonly version?: string;
  readonly template?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Times are seconds since 1970, sizes bytes. */
  readonly created: number;
  readonly started?: number;
  readonly completed?: number;
  readonly duration?: number;
  readonly attempts: number;
  readonly failures: number;
  readonly node?: string;
  readonly peakMemory?: number;
  readonly memory?: number;
  readonly rerunOf?: string;
  readonly suspend?: boolean;
  readonly cancel?: boolean;
  readonly source: "live" | "archive";
}

export interface Snapshot {
  readonly offset: number;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly rows: readonly Row[];
}

export interface Change {
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Those that are new or have changed. */
  readonly rows: readonly Row[];
  /** The UIDs of all rows of the window, where the order has changed. */
  readonly order?: readonly string[];
}

/** What is known of a list: how long it is, and the rows of the last window, with older ones of others around it. */
export interface Known {
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly offset: number;
  /** The window's rows, in order. */
  readonly window: readonly Row[];
  /** Rows by place: the window's, and what earlier windows had. */
  readonly places: ReadonlyMap<number, Row>;
}

/** Of other windows' rows so many are kept on either side. */
const AROUND = 500;

/** What is known after a snapshot; `before` is of the same list, if there is one. */
export function afterSnapshot(before: Known | undefined, { offset, total, counts, rows }: Snapshot): Known {
  return known(before?.places ?? new Map(), offset, total, counts, rows);
}

/** What is known after a change of the window. */
export function afterChange(before: Known, { total, counts, rows, order }: Change): Known {
  const byUid = new Map(before.window.map((row) => [row.uid, row]));
  for (const row of rows) {
    byUid.set(row.uid, row);
  }
  const uids = order ?? before.window.map((row) => row.uid);
  const window = uids.flatMap((uid) => byUid.get(uid) ?? []);
  return known(before.places, before.offset, total, counts, window);
}

function known(
  older: ReadonlyMap<number, Row>,
  offset: number,
  total: number,
  counts: Readonly<Record<string, number>>,
  window: readonly Row[],
): Known {
  const shown = new Set(window.map((row) => row.uid));
  const places = new Map<number, Row>();
  for (const [place, row] of older) {
    const near = place >= offset - AROUND && place < offset + window.length + AROUND;
    if (near && place < total && !shown.has(row.uid)) {
      places.set(place, row);
    }
  }
  window.forEach((row, index) => {
    places.set(offset + index, row);
  });
  return { total, counts, offset, window, places };
}

const STEP = 50;
/** So many rows a stream has: more than the tallest screen shows, so that scrolling by a little opens no other stream. */
export const WINDOW = 150;

/** Where the window begins that has the rows from `first` to `last`: `current`, as long as it has them. */
export function windowFor(first: number, last: number, current: number): number {
  if (first >= current && last < current + WINDOW) {
    return current;
  }
  const middle = (first + last) / 2;
  return Math.max(0, Math.round((middle - WINDOW / 2) / STEP) * STEP);
}

/** One line of a message: the last of a traceback, which names the error. */
export function summaryOf(row: Row): string {
  const lines = (row.message ?? "").split("\n").map((line) => line.trim());
  const line = lines.filter(Boolean).at(-1) ?? "";
  return line || (row.phase === row.reason || row.phase === "Succeeded" ? "" : (row.reason ?? ""));
}

/** The hash at the end of the names that `glider register` gives to templates. */
const HASH = /-[0-9a-f]{8,}$/;

/** The last part of a task's full name, which is what people call it. */
export function taskOf(row: Row): string {
  return row.task?.split(".").at(-1) ?? row.template?.replace(HASH, "") ?? "";
}

/** What leads to a row's execution: its name, or of one that only the history has its UID. */
export function handleOf({ name, uid, source }: Row): string {
  return source === "archive" ? uid : name;
}

/** Those that something can be done about: not what only the history has. */
export function actionable(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ source }) => source === "live");
}

/** The place of the row with that UID; -1 if it isn't known. */
export function placeOf({ places }: Known, uid: string): number {
  for (const [place, row] of places) {
    if (row.uid === uid) {
      return place;
    }
  }
  return -1;
}
