// What is shown in place of content: while it is on its way, and where there is none.
import type { ComponentChildren } from "preact";

/** Something short is on its way, which `label` names. */
export function Spinner({ label }: { readonly label: string }) {
  return (
    <span class="spinner" role="status">
      {label}
    </span>
  );
}

/** Content is on its way: bars where its lines will be. */
export function Skeleton({ lines = 6, label = "Loading" }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike
        <span key={line} />
      ))}
    </div>
  );
}

/** There is nothing to show: why, and what to do. */
export function EmptyState({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  );
}
