// What a pod's containers do, in words.
import type { ContainerSpec, ContainerStatus, PodDocument } from "../../api/execution";

export interface Container {
  readonly name: string;
  /** It runs before the task's. */
  readonly init: boolean;
  readonly image: string;
  readonly state: string;
  readonly message: string;
  readonly restarts: number;
  /** Requests and limits, such as `cpu 500m, at most 2`. */
  readonly resources: string;
}

export function containersOf(pod: PodDocument): Container[] {
  const describe = (specs: readonly ContainerSpec[], statuses: readonly ContainerStatus[], init: boolean) =>
    specs.map((spec) =>
      containerOf(
        spec,
        statuses.find((one) => one.name === spec.name),
        init,
      ),
    );
  return [
    ...describe(pod.spec.initContainers ?? [], pod.status?.initContainerStatuses ?? [], true),
    ...describe(pod.spec.containers, pod.status?.containerStatuses ?? [], false),
  ];
}

function containerOf(spec: ContainerSpec, status: ContainerStatus | undefined, init: boolean): Container {
  return {
    name: spec.name,
    init,
    image: spec.image ?? "",
    state: stateOf(status),
    message: status?.state?.waiting?.message ?? "",
    restarts: status?.restartCount ?? 0,
    resources: resourcesOf(spec),
  };
}

function stateOf(status: ContainerStatus | undefined): string {
  const { terminated, waiting, running } = status?.state ?? {};
  if (terminated !== undefined) {
    return `${terminated.reason ?? "Ended"}, exit code ${terminated.exitCode}`;
  }
  if (waiting !== undefined) {
    return waiting.reason ?? "Waiting";
  }
  return running === undefined ? "Not started" : "Running";
}

function resourcesOf({ resources }: ContainerSpec): string {
  const { requests = {}, limits = {} } = resources ?? {};
  const names = [...new Set([...Object.keys(requests), ...Object.keys(limits)])];
  return names
    .map((name) => {
      const [request, limit] = [requests[name] ?? limits[name], limits[name]];
      return `${name} ${request}${limit === undefined || limit === request ? "" : `, at most ${limit}`}`;
    })
    .join("; ");
}

/** The phase, as kubectl has it: a pod that somebody deletes is terminating. */
export function podPhaseOf(pod: PodDocument): string {
  return pod.metadata.deletionTimestamp === undefined ? (pod.status?.phase ?? "Pending") : "Terminating";
}

/** The number of the attempt that it is. */
export function attemptOfPod(pod: PodDocument): string {
  return pod.metadata.labels?.["glider.dev/attempt"] ?? "";
}
