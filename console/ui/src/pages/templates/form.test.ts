import { describe, expect, it } from "vitest";
import {
  asVariant,
  type Control,
  emptyOf,
  isWithin,
  type Mistake,
  pairsOf,
  pathsOf,
  placed,
  shownBefore,
  variantOf,
  withField,
} from "./form";

const INTEGER: Control = { kind: "integer", type: "integer" };
const LIST: Control = { kind: "list", type: "list[integer]", item: INTEGER };
const MAP: Control = { kind: "map", type: "map[list[integer]]", item: LIST };
const OBJECT: Control = {
  kind: "object",
  type: "object",
  fields: [
    { name: "rate", docs: "", required: true, control: INTEGER },
    { name: "layers", docs: "", required: false, control: LIST },
  ],
};

function mistake(field: string, message = "expected integer"): Mistake {
  return { field, message: `${field}: ${message}` };
}

describe("the paths of what a form shows", () => {
  it.each<[string, Control, Parameters<typeof pathsOf>[1], string[]]>([
    ["a value", INTEGER, "1", ["x"]],
    ["the items of a list", LIST, ["1", "2"], ["x", "x[0]", "x[1]"]],
    ["the entries of a map by their keys", MAP, [["a.b", ["1"]]], ["x", "x.a.b", "x.a.b[0]"]],
    ["the fields of an object, entered or not", OBJECT, { layers: ["1"] }, ["x", "x.rate", "x.layers", "x.layers[0]"]],
    [
      "the chosen type of a union",
      { kind: "union", type: "u", variants: [INTEGER, LIST] },
      asVariant(1, ["1"]),
      ["x", "x[0]"],
    ],
  ])("are those of %s", (_, control, entry, paths) => {
    expect(pathsOf(control, entry, "x")).toEqual(paths);
  });
});

describe("a mistake", () => {
  const paths = ["spec.inputs.a", "spec.inputs.a[0]", "spec.inputs.ab"];

  it("is shown beside its field, without the path", () => {
    expect(placed([mistake("spec.inputs.a[0]")], paths)).toEqual(new Map([["spec.inputs.a[0]", ["expected integer"]]]));
  });

  it("is shown at the nearest field around it, with its path", () => {
    expect(placed([mistake("spec.inputs.a[0].deep")], paths)).toEqual(
      new Map([["spec.inputs.a[0]", ["spec.inputs.a[0].deep: expected integer"]]]),
    );
  });

  it("is shown above the form where no field is around it", () => {
    expect(placed([mistake("spec.tolerations")], paths)).toEqual(
      new Map([["", ["spec.tolerations: expected integer"]]]),
    );
  });

  it("isn't shown twice", () => {
    expect(placed([mistake("spec.inputs.ab"), mistake("spec.inputs.ab")], paths).get("spec.inputs.ab")).toHaveLength(1);
  });

  it("isn't taken for that of a field whose name begins alike", () => {
    expect([isWithin("spec.inputs.ab", "spec.inputs.a"), isWithin("spec.inputs.a.b", "spec.inputs.a")]).toEqual([
      false,
      true,
    ]);
  });

  it("isn't shown for what nobody has entered yet", () => {
    const mistakes = [mistake("spec.inputs.a"), mistake("spec.inputs.b"), mistake("spec.image")];
    const empty = mistake("spec.inputs.c[0]", 'expected integer, found ""');
    expect(shownBefore([...mistakes, empty], { a: "x", c: [""] }).map(({ field }) => field)).toEqual([
      "spec.inputs.a",
      "spec.image",
    ]);
  });
});

describe("what is entered", () => {
  it("is set and left out field by field", () => {
    expect(withField({ a: "1" }, "b", "2")).toEqual({ a: "1", b: "2" });
    expect(withField({ a: "1", b: "2" }, "b", undefined)).toEqual({ a: "1" });
    expect(withField(undefined, "a", null)).toEqual({ a: null });
  });

  it("is a type and a value for a union", () => {
    expect(variantOf(asVariant(1, "x"))).toEqual({ index: 1, value: "x" });
    expect(variantOf("x")).toEqual({ index: 0, value: "x" });
  });

  it("is pairs for a map, and nothing else", () => {
    expect(pairsOf([["a", "1"], "b"])).toEqual([["a", "1"]]);
  });

  it("begins with what the type takes", () => {
    const kinds = ["list", "object", "boolean", "none", "integer"] as const;
    expect(kinds.map((kind) => emptyOf({ kind, type: kind }))).toEqual([[], {}, "false", null, ""]);
  });
});
