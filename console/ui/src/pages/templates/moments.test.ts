import { describe, expect, it } from "vitest";
import { momentOf, offsetOf } from "./moments";

describe("a date that is picked", () => {
  it("is in UTC", () => {
    expect([momentOf("2026-01-31T12:00", "UTC"), momentOf("2026-01-31T12:00:05", "UTC")]).toEqual([
      "2026-01-31T12:00:00Z",
      "2026-01-31T12:00:05Z",
    ]);
  });

  it("is in the zone of the browser, with its offset on that day", () => {
    const offset = offsetOf(-new Date("2026-07-31T12:00").getTimezoneOffset());
    expect(momentOf("2026-07-31T12:00", "local")).toBe(`2026-07-31T12:00:00${offset}`);
  });

  it("is none while it isn't complete", () => {
    expect([momentOf("", "UTC"), momentOf("2026-99-01T00:00", "local")]).toEqual([undefined, undefined]);
  });

  it.each([
    [0, "+00:00"],
    [330, "+05:30"],
    [-480, "-08:00"],
  ])("has %i minutes as %s", (minutes, text) => {
    expect(offsetOf(minutes)).toBe(text);
  });
});
