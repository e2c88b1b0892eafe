// Actions on executions: their words, and what they will do to several at once. Pure.
import type { Phase } from "../../api/execution";

export const ACTIONS = ["cancel", "suspend", "resume", "rerun", "delete"] as const;
export type Action = (typeof ACTIONS)[number];

/** What an action will do to one execution, as the back end knows it. */
export interface Consequence {
  readonly action: Action;
  readonly possible: boolean;
  readonly effect: string;
  /** Why it isn't possible. */
  readonly why: string;
}

/** An execution that is selected in a list. */
export interface Selected {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly suspend?: boolean;
}

/** On the button; while it goes on; on the button that does nothing. */
export const WORDS: Record<Action, { readonly label: string; readonly doing: string; readonly keep: string }> = {
  cancel: { label: "Cancel", doing: "Cancelling", keep: "Let it go on" },
  suspend: { label: "Suspend", doing: "Suspending", keep: "Let it go on" },
  resume: { label: "Resume", doing: "Resuming", keep: "Keep it suspended" },
  rerun: { label: "Rerun", doing: "Starting the rerun", keep: "Not now" },
  delete: { label: "Delete", doing: "Deleting", keep: "Keep it" },
};

/** Fields of a spec that an action changes. */
export interface Expected {
  readonly suspend?: boolean;
  readonly cancel?: boolean;
}

/** What the API server will make of the spec, shown before it has answered. */
export function expected(action: Action): Expected {
  const changes: Partial<Record<Action, Expected>> = {
    cancel: { cancel: true },
    suspend: { suspend: true },
    resume: { suspend: false },
  };
  return changes[action] ?? {};
}

const FINISHED: readonly Phase[] = ["Succeeded", "Failed", "Aborted", "TimedOut"];

function isFinished({ phase }: Selected): boolean {
  return (FINISHED as readonly string[]).includes(phase);
}

/** Those that an action changes something about, as far as the list shows. */
export function concerned(action: Action, rows: readonly Selected[]): readonly Selected[] {
  switch (action) {
    case "cancel":
      return rows.filter((row) => !isFinished(row));
    case "suspend":
      return rows.filter((row) => !isFinished(row) && row.suspend !== true);
    case "resume":
      return rows.filter((row) => !isFinished(row) && row.suspend === true);
    default:
      return rows;
  }
}

/** What an action will do to all that are selected, in sentences. */
export function effectOn(action: Action, rows: readonly Selected[]): readonly string[] {
  const changed = concerned(action, rows).length;
  const others = rows.length - changed;
  const left =
    others === 0
      ? []
      : [`${counted(others)} ${others === 1 ? "stays" : "stay"} as ${others === 1 ? "it is" : "they are"}.`];
  return [EFFECTS[action](changed), ...left];
}

export function counted(number: number): string {
  return number === 1 ? "One execution" : `${number} executions`;
}

const EFFECTS: Record<Action, (number: number) => string> = {
  cancel: (number) =>
    `${counted(number)} will end as Aborted. A task that runs gets SIGTERM, and its grace period. That can't be taken back.`,
  suspend: (number) =>
    `${counted(number)} will stop until resumed. A task that runs gets SIGTERM, and its grace period; that doesn't count as a failure.`,
  resume: (number) => `${counted(number)} will go on with another attempt.`,
  rerun: (number) => `${counted(number)} will be run again, with the same inputs and settings, by new executions.`,
  delete: (number) =>
    `${counted(number)} will be deleted, with status, pods and logs. What is in a store stays there. That can't be taken back.`,
};
