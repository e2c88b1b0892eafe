import { describe, expect, it } from "vitest";
import { LogBuffer } from "./buffer";
import { matcherOf, matchesIn, step } from "./search";

function places(wanted: string, isExpression: boolean, text: string) {
  return matcherOf(wanted, isExpression)?.(text);
}

describe("a search", () => {
  it("finds a text whatever its case", () => {
    expect(places("Loss", false, "loss=1 LOSS=2")).toEqual([
      [0, 4],
      [7, 11],
    ]);
  });

  it.each([".*", "a(b", "[x]", "$1", "\\d", "{2}", "<img src=x>"])("takes %s as it is", (text) => {
    expect(places(text, false, `see ${text}!`)).toEqual([[4, 4 + text.length]]);
  });

  it("finds what a regular expression matches", () => {
    expect(places("\\d+%", true, "at 10% and 100%")).toEqual([
      [3, 6],
      [11, 15],
    ]);
  });

  it.each(["(", "[a", "a{2,1}", "\\"])("finds nothing by %s, which is no regular expression", (text) => {
    expect(matcherOf(text, true)).toBeUndefined();
  });

  it("doesn't go on for ever where an expression matches nothing", () => {
    expect(places("x*", true, "abc")).toEqual([]);
  });

  it("for nothing finds nothing", () => {
    expect(matcherOf("", false)).toBeUndefined();
  });

  it("finds lines as they are shown", () => {
    const buffer = new LogBuffer();
    buffer.append([
      ["a", "\x1b[31mer\x1b[32mror\x1b[0m"],
      ["b", "fine"],
      ["c", "10%\rerror"],
    ]);
    const matcher = matcherOf("error", false);
    expect(matcher && matchesIn(buffer, matcher, 0, 3)).toEqual([0, 2]);
  });
});

describe("next and previous", () => {
  it("go round", () => {
    expect([step(3, 2, 1), step(3, 0, -1), step(3, -1, 1), step(3, -1, -1)]).toEqual([0, 2, 0, 2]);
  });

  it("lead nowhere where nothing is found", () => {
    expect(step(0, -1, 1)).toBe(-1);
  });
});
