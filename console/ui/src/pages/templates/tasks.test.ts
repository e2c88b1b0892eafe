import { describe, expect, it } from "vitest";
import { matching, type RegisteredTask, templatePath } from "./tasks";

function task(name: string, docs: string, version: string): RegisteredTask {
  return {
    namespace: "ml",
    task: name,
    docs,
    versions: [{ name: `${name}-1`, version, created: "2026-01-01T00:00:00Z" }],
  };
}

const TASKS = [task("app.train", "Trains a model.", "v1"), task("app.clean", "Cleans rows.", "v2")];

describe("a search among tasks", () => {
  it.each([
    ["", 2],
    ["TRAIN", 1],
    ["rows v2", 1],
    ["train v2", 0],
    ["ml", 2],
  ])("finds %j in %i of two", (text, number) => {
    expect(matching(TASKS, text)).toHaveLength(number);
  });
});

describe("the path of a template", () => {
  it("quotes its names", () => {
    expect(templatePath("ml", "a b")).toBe("/templates/ml/a%20b");
  });
});
