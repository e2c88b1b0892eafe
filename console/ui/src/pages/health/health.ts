// What the back end reports of the operators: /api/health and /api/health/checks.

export interface Health {
  readonly operators: readonly Operator[];
}

export interface Operator {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly ready: number;
  readonly wanted: number;
  readonly serves: string;
  readonly problem: string;
  readonly replicas: readonly Replica[];
}

export interface Replica {
  readonly pod: string;
  readonly node: string;
  readonly phase: string;
  readonly started: string | null;
  readonly ready: boolean;
  readonly restarts: number;
  readonly lastEnd: string;
  readonly images: readonly string[];
  readonly debug: Debug | null;
  readonly problem: string;
}

/** The operator's own /debug. */
export interface Debug {
  readonly unready: string | null;
  readonly leads: boolean;
  readonly leader: string | null;
  readonly eventLoopLag: number;
  readonly refusedNamespaces: Readonly<Record<string, string>>;
  /** By resource: "well", or what is wrong. */
  readonly watches: Readonly<Record<string, string>>;
  readonly sweeps: { readonly lastSweepAgo?: number | null; readonly problem?: string | null };
  readonly events: { readonly waiting: number; readonly posting: number };
  readonly executions: { readonly known: number; readonly live: number };
  readonly queue: Queue;
  readonly live: readonly Live[];
}

export interface Queue {
  readonly ready: number;
  readonly working: number;
  readonly later: number;
  readonly failing: number;
  readonly stuckFor: number;
  readonly readyByNamespace: Readonly<Record<string, number>>;
}

export interface Live {
  readonly execution: string;
  readonly phase: string;
  readonly reason?: string;
  readonly message?: string;
  readonly failedInARow?: number;
  readonly requeuedIn?: number;
  readonly waitsInQueue?: number;
  readonly workedOnFor?: number;
}

export interface Checks {
  readonly healthy: boolean;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly group: string;
  readonly name: string;
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  readonly nextStep: string;
}

/** Those that need somebody come first; within one status the order stays. */
export function byUrgency(checks: readonly Check[]): readonly Check[] {
  const urgency = { problem: 0, warning: 1, ok: 2 };
  return [...checks].sort((one, other) => urgency[one.status] - urgency[other.status]);
}

/** What the operator does with an execution next, in words. */
export function nextOf(live: Live): string {
  if (live.workedOnFor !== undefined) {
    return `reconciled for ${live.workedOnFor.toFixed(1)} s`;
  }
  if (live.waitsInQueue !== undefined) {
    return `in the queue for ${live.waitsInQueue.toFixed(1)} s`;
  }
  return live.requeuedIn === undefined ? "waits for a change" : `again in ${Math.ceil(live.requeuedIn)} s`;
}
