import { describe, expect, it } from "vitest";
import { markedSpans } from "./marking";

const SPANS = [
  { text: "ab", classes: "" },
  { text: "cd", classes: "ansi-red" },
  { text: "ef", classes: "" },
];

function shown(ranges: readonly (readonly [number, number])[]) {
  return markedSpans(SPANS, ranges).map((part) => (part.found ? `[${part.text}]` : part.text));
}

describe("what a search has found", () => {
  it.each([
    ["nothing", [], ["ab", "cd", "ef"]],
    ["a part of a span", [[0, 1]], ["[a]", "b", "cd", "ef"]],
    ["over several spans", [[1, 5]], ["a", "[b]", "[cd]", "[e]", "f"]],
    [
      "several places in one span",
      [
        [2, 3],
        [3, 4],
      ],
      ["ab", "[c]", "[d]", "ef"],
    ],
    ["all", [[0, 6]], ["[ab]", "[cd]", "[ef]"]],
  ] as const)("is marked: %s", (_, ranges, parts) => {
    expect(shown(ranges)).toEqual(parts);
  });

  it("keeps its colour", () => {
    expect(markedSpans(SPANS, [[2, 4]]).find((part) => part.found)?.classes).toBe("ansi-red");
  });
});
