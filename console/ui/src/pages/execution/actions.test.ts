import { describe, expect, it } from "vitest";
import { concerned, effectOn, expected, type Selected } from "./actions";

function row(name: string, phase: string, suspend = false): Selected {
  return { namespace: "ml", name, uid: name, phase, suspend };
}

const ROWS = [row("a", "Running"), row("b", "Succeeded"), row("c", "Suspended", true), row("d", "Pending")];

function names(rows: readonly Selected[]): string {
  return rows.map(({ name }) => name).join("");
}

describe("an action on selected executions", () => {
  it.each([
    ["cancel", "acd"],
    ["suspend", "ad"],
    ["resume", "c"],
    ["rerun", "abcd"],
    ["delete", "abcd"],
  ] as const)("%s concerns those that it changes", (action, changed) => {
    expect(names(concerned(action, ROWS))).toBe(changed);
  });

  it("states what will happen, and what stays as it is", () => {
    expect(effectOn("cancel", ROWS)).toEqual([
      "3 executions will end as Aborted. A task that runs gets SIGTERM, and its grace period. That can't be taken back.",
      "One execution stays as it is.",
    ]);
  });

  it("doesn't mention others where there are none", () => {
    expect(effectOn("resume", [row("c", "Suspended", true)])).toEqual([
      "One execution will go on with another attempt.",
    ]);
  });
});

describe("what is shown before the answer", () => {
  it("is the spec as it will be", () => {
    expect([expected("suspend"), expected("resume"), expected("cancel"), expected("delete")]).toEqual([
      { suspend: true },
      { suspend: false },
      { cancel: true },
      {},
    ]);
  });
});
