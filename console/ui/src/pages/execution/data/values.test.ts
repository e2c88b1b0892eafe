import { describe, expect, it } from "vitest";
import { characters, durationOf, isSmall, joined, left, summaryOf, type Value } from "./values";

const LIST: Value = { name: "x", type: "list[integer]", kind: "list", at: "/x", count: 3 };
const ONE: Value = { name: "0", type: "integer", kind: "number", at: "/x/0", text: "1" };
const TEXT: Value = { name: "t", type: "string", kind: "text", at: "/t", text: "a😀", length: 4 };

describe("what is left of a value", () => {
  it("is the children that haven't come", () => {
    expect(left({ ...LIST, children: [ONE] })).toBe(2);
  });

  it("is the characters that haven't come, as Python counts them", () => {
    expect([characters("a😀"), left(TEXT)]).toEqual([2, 2]);
  });

  it("is nothing for a value that came whole", () => {
    expect(left(ONE)).toBe(0);
  });
});

describe("more of a value", () => {
  it("comes after the children that are there", () => {
    expect(joined({ ...LIST, children: [ONE] }, { ...LIST, children: [{ ...ONE, name: "1" }] }).children).toHaveLength(
      2,
    );
  });

  it("comes after the text that is there", () => {
    expect(joined(TEXT, { ...TEXT, text: "bc" }).text).toBe("a😀bc");
  });
});

describe("a folded value", () => {
  it("has its number of items", () => {
    expect([summaryOf(LIST), summaryOf({ ...LIST, kind: "map", count: 1 })]).toEqual(["3 items", "1 entry"]);
  });

  it("is unfolded where it is small and came whole", () => {
    expect([isSmall({ ...LIST, count: 1, children: [ONE] }), isSmall(LIST)]).toEqual([true, false]);
  });
});

describe("a duration", () => {
  it.each([
    ["5400s", "5400s (1h30m)"],
    ["5s", "5s"],
    ["0.5s", "0.5s"],
    ["-3s", "-3s"],
  ])("%s is %s", (text, shown) => {
    expect(durationOf(text)).toBe(shown);
  });
});
