// The tabs of an execution's page. The address names the one that is shown (?tab=), and the attempt (?attempt=).

export const TABS = [
  { id: "overview", label: "Overview" },
  { id: "inputs-outputs", label: "Inputs and outputs" },
  { id: "logs", label: "Logs" },
  { id: "deck", label: "Deck" },
  { id: "events", label: "Events" },
  { id: "pod", label: "Pods" },
  { id: "yaml", label: "YAML" },
  { id: "origin", label: "Where values are from" },
] as const;

export type TabId = (typeof TABS)[number]["id"];

/** The tab that the query of an address names; the first where it names none that there is. */
export function tabOf(search: string): TabId {
  const named = new URLSearchParams(search).get("tab");
  return TABS.find((tab) => tab.id === named)?.id ?? "overview";
}

/** The attempt that the query of an address names. */
export function attemptIn(search: string): number | undefined {
  const named = new URLSearchParams(search).get("attempt") ?? "";
  return /^\d{1,9}$/.test(named) ? Number(named) : undefined;
}

/** The query for a tab and an attempt: the first tab, and the latest attempt, are what an address without them means. */
export function searchOf(tab: TabId, attempt: number | undefined): string {
  const query = new URLSearchParams();
  if (tab !== "overview") {
    query.set("tab", tab);
  }
  if (attempt !== undefined) {
    query.set("attempt", String(attempt));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
