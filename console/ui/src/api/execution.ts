// A TaskExecution as the API server has it, and what the console's back end knows about one.

/** `metadata` of any Kubernetes object; times are RFC 3339. */
export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly creationTimestamp: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Owner[];
}

export interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

export type Phase =
  | "Pending"
  | "Queued"
  | "Initializing"
  | "Running"
  | "Retrying"
  | "Suspended"
  | "Succeeded"
  | "Failed"
  | "Aborted"
  | "TimedOut";

export interface Condition {
  /** Succeeded, Finished, Stalled, Reconciling, Suspended or Warning. */
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly observedGeneration?: number;
}

export interface ExecutionError {
  readonly code: string;
  readonly kind: "RECOVERABLE" | "NON_RECOVERABLE";
  readonly origin: "USER" | "SYSTEM";
  readonly message: string;
  readonly reason?: string;
}

export interface Usage {
  readonly peakMemoryBytes?: number;
  readonly cpuSeconds?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Milliseconds by phase: start, load, download, convert, execute, upload. */
  readonly timings?: Readonly<Record<string, number>>;
}

export interface Attempt {
  /** From 0. */
  readonly number: number;
  readonly podName?: string;
  readonly podUid?: string;
  readonly nodeName?: string;
  readonly queuedTime?: string;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly memory?: string;
  readonly usage?: Usage;
  readonly error?: ExecutionError;
}

export interface LogLink {
  readonly name: string;
  readonly uri: string;
}

export interface ExecutionStatus {
  readonly phase?: Phase;
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly startTime?: string;
  readonly completionTime?: string;
  readonly inputsUri?: string;
  readonly outputsUri?: string;
  readonly rawOutputDataPrefix?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly failures?: { readonly user?: number; readonly system?: number; readonly unstarted?: number };
  readonly checkpointUri?: string;
  readonly memory?: string;
  readonly links?: readonly LogLink[];
  readonly error?: ExecutionError;
  /** The last ten. */
  readonly attempts?: readonly Attempt[];
  /** In words, such as 1m5s. */
  readonly duration?: string;
}

export interface TaskInterface {
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface TaskSpec {
  readonly id?: {
    readonly project?: string;
    readonly domain?: string;
    readonly name?: string;
    readonly version?: string;
  };
  readonly type?: string;
  readonly interface?: TaskInterface;
  readonly container?: {
    readonly image?: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
  };
  readonly maxConcurrent?: number;
  readonly [field: string]: unknown;
}

export interface ExecutionSpec {
  readonly taskRef?: { readonly name: string };
  readonly task?: TaskSpec;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly inputsUri?: string;
  readonly suspend?: boolean;
  readonly cancel?: boolean;
  readonly ttlSecondsAfterFinished?: number;
  readonly priority?: number;
  readonly [field: string]: unknown;
}

/** One TaskExecution, as the API server has it. Each tab of its page gets one. */
export interface ExecutionDocument {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Metadata;
  readonly spec: ExecutionSpec;
  readonly status?: ExecutionStatus;
  /** Since when the history has it, if the cluster has it no more. */
  readonly archived?: string;
}

export interface TemplateDocument {
  readonly metadata: Metadata;
  readonly spec: TaskSpec;
}

/** What the tabs of an execution's page, and its actions, are given. */
export interface ExecutionProps {
  readonly execution: ExecutionDocument;
  /** The attempt that the address names. */
  readonly attempt?: number | undefined;
}

export interface Span {
  /** What is done: held, backOff, suspended, pod, node, container, setUp, pull, init, run, start, load, download, … */
  readonly step: string;
  readonly label: string;
  readonly detail: string;
  readonly began: string;
  /** Null: it goes on. */
  readonly ended: string | null;
  /** How long it took, where that is known better than from its times. */
  readonly seconds: number | null;
}

export interface TimelineRow {
  readonly number: number;
  readonly reason: string;
  readonly pod: string;
  readonly node: string;
  /** It hasn't begun, and is the next one. */
  readonly expected: boolean;
  readonly spans: readonly Span[];
}

export interface Waiting {
  readonly title: string;
  readonly reason: string;
  readonly message: string;
  readonly advice: string;
  readonly warning: string;
  readonly since: string;
}

export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly source: string;
}

export interface DescribedError {
  readonly code: string;
  readonly reason: string;
  readonly words: string;
  readonly advice: string;
  readonly headline: string;
  readonly own: Frame | null;
  readonly trace: readonly { readonly own: boolean; readonly lines: readonly string[] }[];
  readonly message: string;
  readonly cut: boolean;
}

export interface AttemptUsage {
  readonly attempt: number;
  readonly peakMemoryBytes: number;
  readonly memoryLimitBytes: number | null;
  readonly cpuSeconds: number;
  readonly cpuRequest: number | null;
  readonly seconds: number | null;
}

export interface KubernetesEvent {
  readonly metadata: Metadata;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string };
  readonly firstTimestamp?: string;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

export interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: Readonly<
    Record<
      string,
      {
        readonly reason?: string;
        readonly message?: string;
        readonly exitCode?: number;
        readonly startedAt?: string;
        readonly finishedAt?: string;
      }
    >
  >;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image?: string;
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface PodDocument {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly serviceAccountName?: string;
    readonly initContainers?: readonly ContainerSpec[];
    readonly containers: readonly ContainerSpec[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** What the back end knows of one execution. */
export interface ExecutionAnswer {
  /** Names this state of all of it. */
  readonly version: string;
  readonly execution: ExecutionDocument;
  readonly template: TemplateDocument | null;
  /** It refers to a template that isn't there any more. */
  readonly templateGone: boolean;
  readonly pods: readonly PodDocument[];
  readonly events: readonly KubernetesEvent[];
  readonly reruns: readonly { readonly name: string; readonly created: string; readonly phase: string }[];
  readonly usage: readonly AttemptUsage[];
  readonly recommendations: readonly string[];
  readonly unserved: string;
  readonly timeline: readonly TimelineRow[];
  readonly waiting: Waiting | null;
  readonly errors: {
    readonly execution: DescribedError | null;
    readonly attempts: Readonly<Record<string, DescribedError>>;
  };
  /** What could not be read, and why. */
  readonly missing: readonly { readonly what: string; readonly why: string }[];
  /** Since when the history has it; null for what the cluster has. */
  readonly archived: string | null;
}

const FINAL: readonly string[] = ["Succeeded", "Failed", "Aborted", "TimedOut"];

/** The phase; an execution that no operator has seen yet is pending. */
export function phaseOf(execution: ExecutionDocument): Phase {
  return execution.status?.phase ?? "Pending";
}

export function isFinished(execution: ExecutionDocument): boolean {
  return FINAL.includes(phaseOf(execution));
}

/** The attempt with this number; without one, or one that isn't on record, the latest. */
export function attemptOf(execution: ExecutionDocument, number?: number): Attempt | undefined {
  const attempts = execution.status?.attempts ?? [];
  return attempts.find((one) => one.number === number) ?? attempts.at(-1);
}

/** What leads to an execution: its name, or of one in the history its UID, since its name may be another one's by now. */
export function handleOf({ metadata, archived }: ExecutionDocument): string {
  return archived === undefined ? metadata.name : metadata.uid;
}

/** The address of an execution's page. */
export function pageOf(namespace: string, name: string): string {
  return `/executions/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}

/** Where the back end has what it knows of an execution. */
export function pathOf(namespace: string, name: string): string {
  return `/api/executions/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
}
