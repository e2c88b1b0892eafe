// The tabs, as links: each has an address of its own, which can be shared or opened beside this one.
import { Link } from "wouter-preact";
import { searchOf, TABS, type TabId } from "./tabs";

export function TabBar({
  path,
  shown,
  attempt,
}: {
  readonly path: string;
  readonly shown: TabId;
  readonly attempt: number | undefined;
}) {
  return (
    <nav class="tab-bar" aria-label="Parts of the execution">
      {TABS.map((tab) => (
        <Link
          key={tab.id}
          href={`${path}${searchOf(tab.id, attempt)}`}
          aria-current={tab.id === shown ? "page" : undefined}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
