// Content that is folded until somebody wants it.
import type { ComponentChildren } from "preact";

export function Disclosure({
  summary,
  open = false,
  children,
}: {
  readonly summary: ComponentChildren;
  readonly open?: boolean;
  readonly children: ComponentChildren;
}) {
  return (
    <details class="disclosure" open={open}>
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
