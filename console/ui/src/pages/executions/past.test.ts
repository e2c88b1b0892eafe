import { describe, expect, it } from "vitest";
import { further, REACHES } from "./past";

describe("going further back", () => {
  it.each([
    ["none", ""],
    ["", "30d"],
    ["365d", "3650d"],
    ["3650d", undefined],
    ["12d", undefined],
  ])("leads from %s to %s", (reach, next) => {
    expect(further(reach)).toBe(next);
  });

  it("has a name for each reach", () => {
    expect(REACHES.every(([, name]) => name !== "")).toBe(true);
  });
});
