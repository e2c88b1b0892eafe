import { describe, expect, it } from "vitest";
import { factsOf, type Template } from "./template";

const METADATA = { namespace: "ml", name: "train-1", uid: "u", creationTimestamp: "2026-01-01T00:00:00Z" };

function facts(spec: Template["spec"]): Record<string, string> {
  return Object.fromEntries(factsOf({ metadata: METADATA, spec }));
}

describe("the facts about a template", () => {
  it("are what is set", () => {
    const resources = { requests: { cpu: "1", memory: "2Gi" }, limits: { memory: "2Gi" } };
    expect(
      facts({
        id: { name: "app.train", version: "v1" },
        container: { image: "app:1", resources },
        retries: { user: 2 },
      }),
    ).toEqual({
      Template: "ml/train-1",
      Task: "app.train",
      Version: "v1",
      Image: "app:1",
      Resources: "requests cpu 1, memory 2Gi; limits memory 2Gi",
      Retries: "user 2",
    });
  });

  it("are those of the primary container of a pod", () => {
    const containers = [
      { name: "side", image: "side:1" },
      { name: "main", image: "app:2" },
    ];
    expect(facts({ podTemplate: { spec: { containers } }, primaryContainerName: "main" }).Image).toBe("app:2");
  });
});
