import { describe, expect, it } from "vitest";
import { byUrgency, type Check, type Live, nextOf } from "./health";

function check(name: string, status: Check["status"]): Check {
  return { group: "server", name, status, message: "", nextStep: "" };
}

describe("the checks", () => {
  it("begin with those that need somebody, and keep their order otherwise", () => {
    const checks = [check("a", "ok"), check("b", "warning"), check("c", "problem"), check("d", "ok")];
    expect(byUrgency(checks).map(({ name }) => name)).toEqual(["c", "b", "a", "d"]);
  });
});

describe("what comes next for an execution", () => {
  const live: Live = { execution: "team/a", phase: "Running" };

  it.each([
    [live, "waits for a change"],
    [{ ...live, requeuedIn: 1.2 }, "again in 2 s"],
    [{ ...live, waitsInQueue: 0.32 }, "in the queue for 0.3 s"],
    [{ ...live, workedOnFor: 2, requeuedIn: 1 }, "reconciled for 2.0 s"],
  ] as const)("%o: %s", (one, words) => expect(nextOf(one)).toBe(words));
});
