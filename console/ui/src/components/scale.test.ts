import { describe, expect, it } from "vitest";
import { axisEnd, byteTicks, durationTicks, timeTicks } from "./scale";

describe("the ticks of an axis", () => {
  it.each([
    [0, [0, 1]],
    [7, [0, 2, 4, 6, 8]],
    [412, [0, 120, 240, 360, 480]],
    [5_000, [0, 1_800, 3_600, 5_400]],
  ])("up to %d seconds", (most, ticks) => expect(durationTicks(most)).toEqual(ticks));

  it.each([
    [3, [0, 1, 2, 3]],
    [2 ** 31, [0, 2 ** 29, 2 ** 30, 3 * 2 ** 29, 2 ** 31]],
    [1_500 * 2 ** 20, [0, 2 ** 29, 2 ** 30, 3 * 2 ** 29]],
  ])("up to %d bytes", (most, ticks) => expect(byteTicks(most)).toEqual(ticks));

  it("of years is still finite", () => {
    expect(durationTicks(1e9).length).toBeLessThan(7);
  });
});

describe("the ticks of time", () => {
  it("are at whole hours of the viewer's zone", () => {
    expect(timeTicks(3_700, 18_100, 4, 0)).toEqual([7_200, 10_800, 14_400, 18_000]);
    expect(timeTicks(3_700, 18_100, 4, 1_800)).toEqual([5_400, 9_000, 12_600, 16_200]);
  });

  it("of one moment are at most one", () => {
    expect(timeTicks(100, 100, 4, 0)).toEqual([100]);
  });
});

describe("the end of an axis", () => {
  it.each([
    [[], 0],
    [[5, 9, 7], 9],
    [[...Array<number>(19).fill(10), 1_000], 30],
  ])("of %o is %d", (values, end) => expect(axisEnd(values)).toBe(end));
});
