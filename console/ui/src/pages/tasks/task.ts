// What the back end reports of one task: /api/tasks/NAMESPACE/NAME. Times are seconds since 1970, sizes bytes.

export interface TaskReport {
  readonly task: string;
  readonly statistics: Statistics;
  readonly versions: readonly (Statistics & {
    readonly version: string;
    readonly template: string;
    readonly latest: number | null;
  })[];
  readonly reasons: readonly Reason[];
  readonly memory: {
    readonly request: number | null;
    readonly limit: number | null;
    readonly recommendations: readonly string[];
  };
  /** The latest ones, oldest first. */
  readonly drawn: readonly Run[];
  /** Why not all that the history has is counted; empty where it is. */
  readonly history: string;
}

export interface Statistics {
  readonly runs: number;
  readonly live: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly aborted: number;
  readonly success: number | null;
  readonly retried: number;
  readonly durations: Spread | null;
  readonly waits: Spread | null;
  readonly peakMemory: number | null;
}

export interface Spread {
  readonly median: number;
  readonly p90: number;
  readonly most: number;
}

export interface Reason {
  readonly reason: string;
  readonly count: number;
  readonly share: number;
  readonly message: string;
  readonly latest: { readonly name: string; readonly handle: string; readonly at: number };
}

export interface Run {
  readonly name: string;
  /** What leads to it: its name, or its UID. */
  readonly handle: string;
  readonly version: string;
  readonly phase: string;
  readonly reason: string;
  readonly at: number;
  readonly duration: number | null;
  readonly waited: number | null;
  readonly attempts: number;
  readonly peakMemory: number | null;
  readonly memory: number | null;
}

export function percent(share: number | null): string {
  return share === null ? "–" : `${Math.round(100 * share)}%`;
}

export function isoOf(seconds: number): string {
  return new Date(1_000 * seconds).toISOString();
}

export function markOf(phase: string): "good" | "bad" | "plain" {
  return phase === "Succeeded" ? "good" : phase === "Failed" || phase === "TimedOut" ? "bad" : "plain";
}
