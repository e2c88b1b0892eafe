import { describe, expect, it } from "vitest";
import { plainOf, spansOf } from "./terminal";

const ESC = "\x1b";

describe("a line without colours", () => {
  it("is one span, as it is", () => {
    expect(spansOf("<b>&amp; {{x}} ✓</b>\t1")).toEqual([{ text: "<b>&amp; {{x}} ✓</b>\t1", classes: "" }]);
  });

  it("is empty where the line is", () => {
    expect(plainOf("")).toBe("");
  });
});

describe("colours", () => {
  it.each([
    ["of the sixteen are classes", "[31m", { text: "a", classes: "ansi-red" }],
    ["that are bright", "[92m", { text: "a", classes: "ansi-bright-green" }],
    ["of the background", "[44m", { text: "a", classes: "ansi-blue-bg" }],
    ["with decorations", "[1;4;31m", { text: "a", classes: "ansi-red ansi-bold ansi-underline" }],
    ["of the palette", "[38;5;196m", { text: "a", classes: "", color: "rgb(255, 0, 0)" }],
    ["that are greys", "[48;5;232m", { text: "a", classes: "", background: "rgb(8, 8, 8)" }],
    ["that are true", "[38;2;1;2;3m", { text: "a", classes: "", color: "rgb(1, 2, 3)" }],
  ])("%s", (_, sequence, span) => {
    expect(spansOf(`${ESC}${sequence}a`)).toEqual([span]);
  });

  it("end where they are reset", () => {
    expect(spansOf(`a${ESC}[31mb${ESC}[0mc`)).toEqual([
      { text: "a", classes: "" },
      { text: "b", classes: "ansi-red" },
      { text: "c", classes: "" },
    ]);
  });

  it.each(["[38;2;999;0;0m", "[38;5;999m", "[38;2m", "[38m", "[;;;m", `[${"1;".repeat(5000)}m`])(
    "that aren't any do no harm: %s",
    (sequence) => {
      expect(plainOf(`${ESC}${sequence}a`)).toBe("a");
    },
  );

  it("are given up in a line that changes them too often", () => {
    const line = `${ESC}[31ma${ESC}[32mb`.repeat(5_000);
    expect(spansOf(line).length).toBeLessThan(1_100);
    expect(plainOf(line)).toBe("ab".repeat(5_000));
  });
});

describe("what a program can do to a terminal", () => {
  it.each([
    ["a title", `a${ESC}]0;owned\x07b`],
    ["a link", `${ESC}]8;;https://evil.example\x07a${ESC}]8;;\x07b`],
    ["a link that ends in ST", `${ESC}]8;;javascript:alert(1)${ESC}\\a${ESC}]8;;${ESC}\\b`],
    ["a cursor that moves", `a${ESC}[2A${ESC}[10;20Hb`],
    ["a screen that is cleared", `${ESC}[2J${ESC}[3Jab`],
    ["another screen", `${ESC}[?1049hab`],
    ["a reset", `a${ESC}cb`],
    ["a character set", `a${ESC}(0b`],
    ["a device control string", `a${ESC}P1$r0m${ESC}\\b`],
    ["a picture", `a${ESC}_Gf=24;AAAA${ESC}\\b`],
    ["a sequence of C1", "a\x9b31;5zb"],
    ["a command of C1", "a\x9d0;owned\x9cb"],
    ["a private colour", `a${ESC}[>4;2mb`],
  ])("is left out: %s", (_, line) => {
    expect(plainOf(line)).toBe("ab");
  });

  it("is left out where it has no end", () => {
    expect(plainOf(`a${ESC}]0;for ever`)).toBe("a");
    expect(plainOf(`a${ESC}`)).toBe("a");
    expect(plainOf(`a${ESC}[31`)).toBe("a");
  });
});

describe("carriage returns", () => {
  it.each([
    ["the last state of a progress bar is shown", "10%\r50%\r100%", "100%"],
    ["a line that ends in one is complete", "done\r", "done"],
    ["a line of nothing else is empty", "\r\r", ""],
  ])("%s", (_, line, shown) => {
    expect(plainOf(line)).toBe(shown);
  });
});

describe("characters that nobody sees", () => {
  it.each([
    ["NUL", "a\0b", "a\u2400b"],
    ["backspace", "a\bb", "a\u2408b"],
    ["an override of the direction", "a\u202eb", "aU+202Eb"],
    ["an isolate", "\u2066a\u2069", "U+2066aU+2069"],
    ["a space of no width", "a\u200bb", "aU+200Bb"],
    ["a line separator", "a\u2028b", "aU+2028b"],
    ["a byte order mark", "\ufeffa", "U+FEFFa"],
  ])("are marks: %s", (_, line, shown) => {
    expect(plainOf(line)).toBe(shown);
    expect(spansOf(line).some((span) => span.classes === "log-mark")).toBe(true);
  });

  it("that join the parts of an emoji or a word stay", () => {
    expect(plainOf("\u{1f469}\u200d\u{1f4bb}")).toBe("\u{1f469}\u200d\u{1f4bb}");
  });

  it("cost no more than others where there are many", () => {
    expect(spansOf("\0".repeat(65_536)).length).toBeLessThan(1_100);
  });
});
