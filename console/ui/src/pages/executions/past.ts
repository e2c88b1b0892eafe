// The history beside the list: finished executions that the cluster has no more, as far back as is asked for.

export interface Past {
  readonly state: "off" | "loading" | "ready" | "problem";
  /** Why it can't be shown, or not all of it. */
  readonly message: string;
  /** The first day that is shown. */
  readonly since?: string;
  /** There are more of those days than a list has. */
  readonly cut?: boolean;
}

/** How far back, as the address has it. The empty one is what the back end does by itself. */
export const REACHES: readonly (readonly [string, string])[] = [
  ["none", "Not shown"],
  ["", "Last 7 days"],
  ["30d", "Last 30 days"],
  ["90d", "Last 90 days"],
  ["365d", "Last year"],
  ["3650d", "All"],
];

/** The next one that goes further back than `reach`; undefined where there is none, or `reach` isn't one of them. */
export function further(reach: string): string | undefined {
  const place = REACHES.findIndex(([value]) => value === reach);
  return place < 0 ? undefined : REACHES[place + 1]?.[0];
}
