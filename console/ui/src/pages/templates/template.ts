// A TaskTemplate as the back end shows it, and what a page shows of it in rows. Pure.
import type { Metadata } from "../../api/execution";

interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly resources?: Resources;
}

export interface Template {
  readonly metadata: Metadata;
  readonly spec: {
    readonly id?: {
      readonly project?: string;
      readonly domain?: string;
      readonly name?: string;
      readonly version?: string;
    };
    readonly type?: string;
    readonly container?: Container;
    readonly podTemplate?: { readonly spec?: { readonly containers?: readonly Container[] } };
    readonly primaryContainerName?: string;
    readonly resources?: Resources;
    readonly retries?: { readonly user?: number; readonly system?: number };
    readonly timeouts?: Readonly<Record<string, string>>;
    readonly code?: { readonly uri?: string; readonly configMaps?: readonly string[]; readonly sha256?: string };
    readonly maxConcurrent?: number;
  };
}

export interface Answer {
  readonly template: Template;
  readonly docs: string;
  readonly yaml: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly default: string;
    readonly docs: string;
  }[];
  readonly outputs: readonly { readonly name: string; readonly type: string; readonly docs: string }[];
  /** Why its interface can't be shown. */
  readonly problem?: string;
}

/** What there is to know of it, in words; what isn't set isn't there. */
export function factsOf({ metadata, spec }: Template): readonly (readonly [string, string])[] {
  const { id = {}, code, retries, timeouts } = spec;
  const container = spec.container ?? primaryOf(spec);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Template", `${metadata.namespace}/${metadata.name}`],
    ["Task", id.name],
    ["Version", id.version],
    ["Project and domain", id.project === undefined ? undefined : `${id.project}, ${id.domain ?? ""}`],
    ["Type", spec.type],
    ["Image", container?.image],
    ["Resources", resourcesOf(spec.resources ?? container?.resources)],
    ["Retries", retries === undefined ? undefined : pairsOf(retries)],
    ["Timeouts", timeouts === undefined ? undefined : pairsOf(timeouts)],
    ["At once", spec.maxConcurrent === undefined ? undefined : `at most ${spec.maxConcurrent}`],
    ["Code", code?.uri ?? code?.configMaps?.map((name) => `ConfigMap ${name}`).join(", ")],
    ["Code's SHA-256", code?.sha256],
  ];
  return facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined && fact[1] !== "");
}

function primaryOf({ podTemplate, primaryContainerName }: Template["spec"]): Container | undefined {
  const containers = podTemplate?.spec?.containers ?? [];
  return containers.find(({ name }) => name === (primaryContainerName ?? "primary")) ?? containers[0];
}

function resourcesOf(resources: Resources | undefined): string | undefined {
  const { requests = {}, limits = {} } = resources ?? {};
  const parts = [
    Object.keys(requests).length > 0 ? `requests ${pairsOf(requests)}` : "",
    Object.keys(limits).length > 0 ? `limits ${pairsOf(limits)}` : "",
  ];
  return parts.filter(Boolean).join("; ") || undefined;
}

function pairsOf(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
}
