import { describe, expect, it } from "vitest";
import { afterChange, afterSnapshot, type Row, summaryOf, taskOf, WINDOW, windowFor } from "./rows";

function row(uid: string, more: Partial<Row> = {}): Row {
  return {
    uid,
    namespace: "a",
    name: uid,
    phase: "Running",
    created: 0,
    attempts: 0,
    failures: 0,
    source: "live",
    ...more,
  };
}

const COUNTS = { Running: 3 };
const FIRST = afterSnapshot(undefined, { offset: 0, total: 3, counts: COUNTS, rows: [row("a"), row("b"), row("c")] });

function names(places: ReadonlyMap<number, Row>): [number, string][] {
  return [...places].map(([place, { uid }]): [number, string] => [place, uid]).sort(([one], [other]) => one - other);
}

describe("a snapshot", () => {
  it("has the window's rows at their places", () => {
    expect(names(FIRST.places)).toEqual([
      [0, "a"],
      [1, "b"],
      [2, "c"],
    ]);
  });

  it("of another window keeps the rows of the one before, but none twice", () => {
    const next = afterSnapshot(FIRST, { offset: 2, total: 4, counts: {}, rows: [row("b"), row("d")] });
    expect(names(next.places)).toEqual([
      [0, "a"],
      [2, "b"],
      [3, "d"],
    ]);
  });

  it("of a window far away keeps none of them", () => {
    const next = afterSnapshot(FIRST, { offset: 5_000, total: 9_000, counts: {}, rows: [row("x")] });
    expect(names(next.places)).toEqual([[5_000, "x"]]);
  });

  it("of a shorter list keeps none beyond its end", () => {
    const next = afterSnapshot(FIRST, { offset: 0, total: 1, counts: {}, rows: [row("a")] });
    expect(names(next.places)).toEqual([[0, "a"]]);
  });
});

describe("a change", () => {
  it("replaces rows", () => {
    const next = afterChange(FIRST, { total: 3, counts: { Failed: 1 }, rows: [row("b", { phase: "Failed" })] });
    expect(next.window.map(({ phase }) => phase)).toEqual(["Running", "Failed", "Running"]);
    expect(next.counts).toEqual({ Failed: 1 });
  });

  it("moves rows, adds some and removes others", () => {
    const next = afterChange(FIRST, { total: 3, counts: COUNTS, rows: [row("d")], order: ["d", "c", "a"] });
    expect(names(next.places)).toEqual([
      [0, "d"],
      [1, "c"],
      [2, "a"],
    ]);
  });
});

describe("the window", () => {
  it("stays while it has what is visible", () => {
    expect(windowFor(10, 40, 0)).toBe(0);
    expect(windowFor(100, 149, 0)).toBe(0);
  });

  it("moves so that what is visible is in its middle", () => {
    const offset = windowFor(1_000, 1_040, 0);
    expect(offset).toBeLessThan(1_000);
    expect(offset + WINDOW).toBeGreaterThan(1_040);
    expect(offset % 50).toBe(0);
  });

  it("begins at the first row at the earliest", () => {
    expect(windowFor(0, 40, 500)).toBe(0);
  });
});

describe("one line of a message", () => {
  it.each([
    ["the last of a traceback", row("a", { message: "Traceback\n  File x\nValueError: no\n" }), "ValueError: no"],
    ["the only one", row("a", { message: "0/3 nodes are available" }), "0/3 nodes are available"],
    ["the reason where there is no message", row("a", { reason: "Unschedulable" }), "Unschedulable"],
    ["nothing where the reason is the phase", row("a", { reason: "Running" }), ""],
    ["nothing of success", row("a", { phase: "Succeeded", reason: "Completed" }), ""],
  ])("is %s", (_, one, expected) => {
    expect(summaryOf(one)).toBe(expected);
  });
});

it("the task is called by the last part of its name", () => {
  expect(taskOf(row("a", { task: "app.workflows.train" }))).toBe("train");
  expect(taskOf(row("a", { template: "train-model-0a1b2c3d4e" }))).toBe("train-model");
  expect(taskOf(row("a", { template: "train-fast" }))).toBe("train-fast");
  expect(taskOf(row("a"))).toBe("");
});
