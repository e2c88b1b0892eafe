import { describe, expect, it } from "vitest";
import { addressAfter } from "./returning";

const ORIGIN = "https://glider.example.com";

describe("after signing in a viewer goes", () => {
  it.each([
    ["?to=%2Fexecutions%2Fml%2Fa%3Ftab%3Dlogs", "/executions/ml/a?tab=logs"],
    ["", "/executions"],
    ["?to=", "/executions"],
    ["?to=https%3A%2F%2Fevil.example", "/executions"],
    ["?to=%2F%2Fevil.example", "/executions"],
    ["?to=%2F%5Cevil.example", "/executions"],
    ["?to=javascript%3Aalert(1)", "/executions"],
    ["?to=%2Fsign-in%3Fto%3D%252F", "/executions"],
    ["?to=%2F%2F", "/executions"],
  ])("from %j to %s", (query, expected) => {
    expect(addressAfter(query, ORIGIN)).toBe(expected);
  });
});
