import { describe, expect, it } from "vitest";
import { timeOf, timesIn } from "./times";

const START = Date.parse("2026-01-31T12:00:00Z");

describe("the time of a line", () => {
  it("is counted from the start of the attempt", () => {
    expect(timeOf("2026-01-31T12:01:05.123456789Z", "since", START)).toBe("+65.123s");
    expect(timeOf("2026-01-31T11:59:59.5Z", "since", START)).toBe("-0.500s");
  });

  it("is that of the viewer's clock", () => {
    expect(timeOf("2026-01-31T12:01:05.1Z", "clock", START)).toMatch(/^\d\d:\d\d:05\.100$/);
  });

  it("is left out where there is none", () => {
    expect(timeOf("", "since", START)).toBe("");
    expect(timeOf("2026-01-31T12:01:05Z", "off", START)).toBe("");
  });
});

it("an address names the form of times, and no other", () => {
  expect(["clock", "off", "since", "x", null].map(timesIn)).toEqual(["clock", "off", "since", "since", "since"]);
});
