import { describe, expect, it } from "vitest";
import { moved } from "./moving";

describe("a key leads", () => {
  it.each([
    ["ArrowDown", 3, 4],
    ["ArrowDown", 9, 9],
    ["ArrowDown", -1, 0],
    ["ArrowUp", 3, 2],
    ["ArrowUp", 0, 0],
    ["PageDown", 3, 8],
    ["PageDown", 8, 9],
    ["PageUp", 3, 0],
    ["Home", 7, 0],
    ["End", 0, 9],
    ["a", 3, undefined],
  ])("%s from row %s of ten to %s", (key, place, expected) => {
    expect(moved(key, place, 10, 5)).toBe(expected);
  });

  it("nowhere in an empty list", () => {
    expect(moved("ArrowDown", -1, 0, 5)).toBeUndefined();
  });
});
