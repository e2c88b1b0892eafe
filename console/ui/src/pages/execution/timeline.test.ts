import { describe, expect, it } from "vitest";
import type { Span, TimelineRow } from "../../api/execution";
import { barsOf, goesOn, kindOf, lengthOf, scaleOf } from "./timeline";

const T0 = Date.parse("2026-01-31T12:00:00Z");

function span(began: number, ended: number | null, more: Partial<Span> = {}): Span {
  const at = (seconds: number) => new Date(T0 + 1_000 * seconds).toISOString();
  return {
    step: "run",
    label: "Runs",
    detail: "",
    began: at(began),
    ended: ended === null ? null : at(ended),
    seconds: null,
    ...more,
  };
}

function row(...spans: Span[]): TimelineRow {
  return { number: 0, reason: "", pod: "", node: "", expected: false, spans };
}

describe("the scale", () => {
  it("reaches from the first beginning to the last end", () => {
    expect(scaleOf([row(span(0, 5)), row(span(5, 20))], T0)).toEqual({ began: T0, ended: T0 + 20_000 });
  });

  it("reaches until now where something goes on", () => {
    expect(scaleOf([row(span(0, null))], T0 + 7_000)).toEqual({ began: T0, ended: T0 + 7_000 });
  });

  it("is a second at least, although the viewer's clock is behind", () => {
    expect(scaleOf([row(span(0, null))], T0 - 60_000)).toEqual({ began: T0, ended: T0 + 1_000 });
  });

  it("is none without spans", () => {
    expect(scaleOf([row()], T0)).toBeUndefined();
  });
});

describe("the bars of an attempt", () => {
  it("are where their spans are", () => {
    const one = row(span(0, 5), span(5, 20));
    const bars = barsOf(one, { began: T0, ended: T0 + 20_000 }, T0);
    expect(bars.map(({ left, width, text }) => [left, width, text])).toEqual([
      [0, 25, "5s"],
      [25, 75, "15s"],
    ]);
  });

  it("grow with the time", () => {
    const bar = (now: number) => barsOf(row(span(0, null)), { began: T0, ended: T0 + 20_000 }, now)[0];
    expect([bar(T0 + 10_000)?.width, bar(T0 + 20_000)?.width]).toEqual([50, 100]);
  });

  it("have the duration that the executor has measured", () => {
    expect(barsOf(row(span(0, 2, { seconds: 1.62 })), { began: T0, ended: T0 + 2_000 }, T0)[0]?.text).toBe("1.6s");
  });
});

describe("an attempt", () => {
  it("took as long as all of its spans", () => {
    expect(lengthOf(row(span(0, 5), span(5, 65)), T0)).toBe("1m5s");
  });

  it("goes on while one of its spans does", () => {
    expect([goesOn([row(span(0, 5))]), goesOn([row(span(0, 5), span(5, null))])]).toEqual([false, true]);
  });
});

describe("a step", () => {
  it("that nobody knows is a wait", () => {
    expect([kindOf("execute"), kindOf("somethingNew")]).toEqual(["work", "wait"]);
  });
});
