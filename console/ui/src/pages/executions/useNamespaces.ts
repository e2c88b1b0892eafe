// The namespaces to choose from. Without the right to all of them the page begins with one.
import { useEffect, useState } from "preact/hooks";
import { get } from "../../api/client";

export interface Namespaces {
  /** Whether all can be shown at once. */
  readonly all: boolean;
  readonly namespaces: readonly string[];
}

/** Those in which the viewer may list `resource`. */
export function useNamespaces(resource: "taskexecutions" | "tasktemplates" = "taskexecutions"): Namespaces | undefined {
  const [found, setFound] = useState<Namespaces>();
  useEffect(() => {
    const controller = new AbortController();
    get<Namespaces>(`/api/namespaces?resource=${resource}`, controller.signal).then(setFound, () => undefined);
    return () => controller.abort();
  }, [resource]);
  return found;
}
