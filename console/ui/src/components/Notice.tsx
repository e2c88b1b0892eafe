// A message to the viewer, in place of content or above it.
import type { ComponentChildren } from "preact";

export function Notice({
  kind,
  children,
}: {
  readonly kind: "info" | "warning" | "error";
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${kind}`} role={kind === "error" ? "alert" : "status"}>
      {children}
    </div>
  );
}
