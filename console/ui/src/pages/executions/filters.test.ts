import { describe, expect, it } from "vitest";
import { type Filters, filtersOf, isFiltered, NO_FILTERS, nextSort, searchOf, withPhaseToggled } from "./filters";

const ALL: Filters = {
  namespace: "team-a",
  phases: ["Failed", "TimedOut"],
  task: "app.train*",
  label: "team=a,stage in (dev,prod)",
  since: "24h",
  until: "2026-11-29T10:00:00Z",
  text: "a & b = ü?",
  history: "30d",
  sort: "duration",
};

describe("filters in the address", () => {
  it("come back as they were", () => {
    expect(filtersOf(searchOf(ALL))).toEqual(ALL);
  });

  it("are absent where there are none", () => {
    expect(searchOf(NO_FILTERS)).toBe("");
    expect(filtersOf("")).toEqual(NO_FILTERS);
  });

  it("are legible", () => {
    expect(searchOf({ ...NO_FILTERS, phases: ["Failed", "Running"], since: "1h" })).toBe(
      "?since=1h&phase=Failed,Running",
    );
  });

  it("ignore what is not theirs", () => {
    expect(filtersOf("?tab=logs&phase=")).toEqual(NO_FILTERS);
  });

  it("count as filters without the namespace and the order", () => {
    expect(isFiltered({ ...NO_FILTERS, namespace: "a", history: "30d", sort: "name" })).toBe(false);
    expect(isFiltered({ ...NO_FILTERS, text: "a" })).toBe(true);
  });
});

describe("a phase", () => {
  it("is chosen, and then no longer", () => {
    const chosen = withPhaseToggled(NO_FILTERS, "Failed");
    expect(chosen.phases).toEqual(["Failed"]);
    expect(withPhaseToggled(chosen, "Failed").phases).toEqual([]);
  });
});

describe("a click on a column", () => {
  it.each([
    ["-created", "name", false, "name"],
    ["name", "name", false, "-name"],
    ["-name", "name", false, "name"],
    ["name", "created", true, "-created"],
    ["-created", "created", true, "created"],
  ])("turns %s by %s (reversed first: %s) into %s", (current, column, reversed, expected) => {
    expect(nextSort(current, column, reversed)).toBe(expected);
  });
});
