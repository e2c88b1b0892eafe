import { describe, expect, it } from "vitest";
import { formatAge, formatBytes, formatCount, formatDuration, formatMilliseconds } from "./format";

describe("a duration", () => {
  it.each([
    [0, "0s"],
    [-5, "0s"],
    [42.4, "42s"],
    [65, "1m5s"],
    [120, "2m"],
    [7_380, "2h3m"],
    [273_600, "3d4h"],
  ])("of %d seconds is %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it.each([
    [12.4, "12ms"],
    [2_400, "2.4s"],
    [65_000, "1m5s"],
  ])("of %d milliseconds is %s", (milliseconds, text) => expect(formatMilliseconds(milliseconds)).toBe(text));
});

describe("an age", () => {
  it("is the time that has passed", () => {
    expect(formatAge("2026-01-31T12:00:00Z", Date.parse("2026-01-31T12:05:30Z"))).toBe("5m30s");
  });

  it("is never negative, though clocks differ", () => {
    expect(formatAge("2026-01-31T12:00:02Z", Date.parse("2026-01-31T12:00:00Z"))).toBe("0s");
  });
});

describe("a count", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1_234_567, "1,234,567"],
  ])("of %d is %s", (count, text) => expect(formatCount(count)).toBe(text));
});

describe("a size", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1024 * 1024 - 1, "1 MiB"],
    [1_500_000, "1.4 MiB"],
    [2 ** 31, "2 GiB"],
    [300 * 2 ** 20, "300 MiB"],
  ])("of %d bytes is %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
