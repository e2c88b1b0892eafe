import { describe, expect, it } from "vitest";
import { heldIn, searchWith } from "./address";

describe("the address of a form", () => {
  it("holds what was entered, beside what was there", () => {
    const { search, kept } = searchWith("from=ml%2Fa", { inputs: { a: "1", b: undefined }, settings: { cpu: "2" } });
    expect(kept).toBe(true);
    expect(Object.fromEntries(new URLSearchParams(search))).toEqual({
      from: "ml/a",
      inputs: '{"a":"1"}',
      settings: '{"cpu":"2"}',
    });
  });

  it("doesn't hold what is left out again", () => {
    expect(searchWith("inputs=%7B%7D&yaml=a", { inputs: { a: undefined }, settings: {}, yaml: "" }).search).toBe("");
  });

  it("doesn't hold what is too long", () => {
    expect(searchWith("", { inputs: { a: "x".repeat(5000) } })).toEqual({ search: "", kept: false });
  });

  it("brings back settings and YAML", () => {
    const { search } = searchWith("", {
      settings: { labels: [["team", "a"]], suspend: true },
      yaml: "kind: TaskExecution",
    });
    expect(heldIn(search)).toEqual({
      settings: { labels: [["team", "a"]], suspend: true },
      yaml: "kind: TaskExecution",
    });
  });

  it.each(["settings=%7B", "settings=[1]", "settings=null"])("takes no notice of what isn't a form's: %s", (search) => {
    expect(heldIn(search)).toEqual({ yaml: "" });
  });
});
