import { describe, expect, it } from "vitest";
import { BLOCK, LogBuffer, type SentLine } from "./buffer";

function lines(count: number, from = 0): SentLine[] {
  return Array.from({ length: count }, (_, index) => [
    `T${String(from + index).padStart(6, "0")}`,
    `line ${from + index}`,
  ]);
}

describe("the lines that are kept", () => {
  it("are all of a log that isn't long", () => {
    const buffer = new LogBuffer();
    buffer.append(lines(250));
    buffer.append(lines(10, 250));
    expect([buffer.start, buffer.end]).toEqual([0, 260]);
    expect(buffer.line(257)?.text).toBe("line 257");
    expect(buffer.line(260)).toBeUndefined();
  });

  it("are the last ones of a long log, under the numbers that they had", () => {
    const buffer = new LogBuffer(1_000);
    for (let from = 0; from < 5_000; from += 500) {
      buffer.append(lines(500, from));
    }
    expect(buffer.end).toBe(5_000);
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(1_000);
    expect(buffer.start % BLOCK).toBe(0);
    expect(buffer.line(4_321)?.text).toBe("line 4321");
    expect(buffer.line(0)).toBeUndefined();
  });

  it("are fewer where they are long", () => {
    const buffer = new LogBuffer(10_000, 100_000);
    buffer.append(Array.from({ length: 1_000 }, (_, index) => [String(index), "x".repeat(1_000)] as const));
    expect(buffer.end - buffer.start).toBeLessThanOrEqual(BLOCK);
  });

  it("count as the kubelet counts them", () => {
    const buffer = new LogBuffer();
    buffer.append([
      ["a", "short"],
      ["b", "x".repeat(65_536), 10_485_760],
    ]);
    expect(buffer.counted).toBe(641);
  });
});

describe("the name of a line", () => {
  it("is its time, and which of that time it is", () => {
    const buffer = new LogBuffer();
    buffer.append([
      ["a", "1"],
      ["b", "2"],
    ]);
    buffer.append([["b", "3"]]);
    expect([0, 1, 2].map((index) => buffer.line(index)?.id)).toEqual(["a", "b", "b~1"]);
    expect(buffer.find("b~1")).toBe(2);
  });

  it("is found among many", () => {
    const buffer = new LogBuffer();
    buffer.append(lines(1_234));
    expect(buffer.find("T000777")).toBe(777);
    expect(buffer.find("T009999")).toBeUndefined();
    expect(buffer.find("")).toBeUndefined();
  });
});

it("the text of all lines is what is shown of them", () => {
  const buffer = new LogBuffer();
  buffer.append(lines(2));
  expect(buffer.text((line) => line.toUpperCase())).toBe("LINE 0\nLINE 1\n");
});
