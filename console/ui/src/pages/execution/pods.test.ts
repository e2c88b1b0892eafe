import { describe, expect, it } from "vitest";
import type { ContainerStatus, PodDocument } from "../../api/execution";
import { attemptOfPod, containersOf, podPhaseOf } from "./pods";

function pod(state?: ContainerStatus["state"], resources = {}): PodDocument {
  const status = state === undefined ? [] : [{ name: "task", state, restartCount: 2 }];
  return {
    metadata: {
      name: "a-0",
      namespace: "ml",
      uid: "u",
      creationTimestamp: "2026-01-31T12:00:00Z",
      labels: { "glider.dev/attempt": "3" },
    },
    spec: { containers: [{ name: "task", image: "python", resources }], initContainers: [{ name: "copy" }] },
    status: { phase: "Running", containerStatuses: status },
  };
}

describe("the state of a container", () => {
  it.each([
    [undefined, "Not started"],
    [{ running: {} }, "Running"],
    [{ waiting: { reason: "ImagePullBackOff" } }, "ImagePullBackOff"],
    [{ waiting: {} }, "Waiting"],
    [{ terminated: { reason: "OOMKilled", exitCode: 137 } }, "OOMKilled, exit code 137"],
    [{ terminated: { exitCode: 1 } }, "Ended, exit code 1"],
  ])("%j is %s", (state, text) => {
    expect(containersOf(pod(state))[1]?.state).toBe(text);
  });
});

describe("the containers of a pod", () => {
  it("begin with its init containers", () => {
    expect(containersOf(pod()).map(({ name, init }) => [name, init])).toEqual([
      ["copy", true],
      ["task", false],
    ]);
  });

  it("have what they ask for, and at most", () => {
    const resources = { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } };
    expect(containersOf(pod({}, resources))[1]?.resources).toBe("cpu 500m, at most 2; memory 1Gi");
  });
});

describe("a pod", () => {
  it("that somebody deletes is terminating", () => {
    const one = pod();
    const deleted = { ...one, metadata: { ...one.metadata, deletionTimestamp: "2026-01-31T12:00:00Z" } };
    expect([podPhaseOf(one), podPhaseOf(deleted)]).toEqual(["Running", "Terminating"]);
  });

  it("is of an attempt", () => {
    expect(attemptOfPod(pod())).toBe("3");
  });
});
