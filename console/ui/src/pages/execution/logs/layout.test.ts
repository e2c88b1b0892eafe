import { describe, expect, it } from "vitest";
import { heightOf, layOut } from "./layout";

const LINES = ["a".repeat(10), "b".repeat(25), ""].map((text, index) => ({ time: "", text, id: String(index) }));
const BLOCK = { first: 300, lines: LINES };

describe("which blocks are drawn", () => {
  const heights = Array.from({ length: 100 }, () => 1_000);

  it.each([
    ["at the start", 0, { from: 0, to: 2, before: 0, after: 98_000 }],
    ["in the middle", 50_500, { from: 49, to: 52, before: 49_000, after: 48_000 }],
    ["at the end", 99_500, { from: 98, to: 100, before: 98_000, after: 0 }],
  ])("%s", (_, top, layout) => {
    expect(layOut(heights, top, 500)).toEqual(layout);
  });

  it("are all where there is little", () => {
    expect(layOut([20], 0, 500)).toEqual({ from: 0, to: 1, before: 0, after: 0 });
    expect(layOut([], 0, 500)).toEqual({ from: 0, to: 0, before: 0, after: 0 });
  });

  it("leave as much room as all blocks need", () => {
    for (let top = 0; top < 100_000; top += 777) {
      const { from, to, before, after } = layOut(heights, top, 500);
      expect(before + (to - from) * 1_000 + after).toBe(100_000);
    }
  });
});

describe("the height of a block", () => {
  it("is one row a line", () => {
    expect(heightOf(BLOCK, { row: 20 }, new Map())).toBe(60);
  });

  it("is guessed where lines are wrapped", () => {
    expect(heightOf(BLOCK, { row: 20, columns: 10 }, new Map())).toBe(100);
  });

  it("is as it was measured", () => {
    const measured = new Map([[300, { height: 77, lines: 3, columns: 10 }]]);
    expect(heightOf(BLOCK, { row: 20, columns: 10 }, measured)).toBe(77);
    expect(heightOf(BLOCK, { row: 20, columns: 11 }, measured)).toBe(100);
  });
});
