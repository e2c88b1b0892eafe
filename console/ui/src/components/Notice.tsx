// A message to the viewer, in place of content or above it.
import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";

const ICONS = { info: "info", warning: "warning", error: "cross" } as const;

export function Notice({
  kind,
  title,
  children,
}: {
  readonly kind: "info" | "warning" | "error";
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div class="notice-body">
        {title !== undefined && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
    </div>
  );
}
