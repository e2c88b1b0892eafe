import { describe, expect, it } from "vitest";
import { attemptIn, searchOf, TABS, tabOf } from "./tabs";

describe("the tab that an address names", () => {
  it("is shown", () => {
    expect(TABS.map((tab) => tabOf(`?tab=${tab.id}`))).toEqual(TABS.map((tab) => tab.id));
  });

  it("is the overview where there is no such tab, or none is named", () => {
    expect([tabOf("?tab=nonsense"), tabOf("")]).toEqual(["overview", "overview"]);
  });
});

describe("the attempt that an address names", () => {
  it("is a number from 0", () => {
    expect([attemptIn("?attempt=0"), attemptIn("?tab=logs&attempt=12")]).toEqual([0, 12]);
  });

  it("is none where it isn't such a number", () => {
    expect(["", "?attempt=", "?attempt=-1", "?attempt=1.5", "?attempt=x"].map(attemptIn)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

describe("the address of a tab", () => {
  it("leads back to the tab and the attempt", () => {
    const search = searchOf("logs", 2);
    expect([tabOf(search), attemptIn(search)]).toEqual(["logs", 2]);
  });

  it("is short for what is shown without it", () => {
    expect(searchOf("overview", undefined)).toBe("");
  });
});
