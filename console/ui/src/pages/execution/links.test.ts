import { describe, expect, it } from "vitest";
import { webAddress } from "./links";

describe("an address that somebody else wrote", () => {
  it.each(["https://logs.example/a?pod=x", "http://logs.example/"])("is a link: %s", (uri) => {
    expect(webAddress(uri)).toBe(uri);
  });

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JAVASCRIPT:x",
    "data:text/html,x",
    "s3://bucket/key",
    "/a",
    "",
  ])("is text: %j", (uri) => {
    expect(webAddress(uri)).toBeUndefined();
  });
});
