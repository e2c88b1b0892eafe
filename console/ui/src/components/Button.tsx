// A button, and what copies a text.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { copied } from "./clipboard";
import { Icon, type IconName } from "./Icon";

interface ButtonProps extends Omit<JSX.IntrinsicElements["button"], "icon"> {
  readonly kind?: "default" | "primary" | "danger" | "quiet";
  readonly icon?: IconName;
  /** What it does goes on: it can't be pressed again, and keeps the focus. */
  readonly busy?: boolean;
  /** Why it can't be pressed now. It keeps the focus, so that everybody can read this. */
  readonly reason?: string | undefined;
  readonly children: ComponentChildren;
}

export function Button({ kind = "default", icon, busy = false, reason = "", children, onClick, ...rest }: ButtonProps) {
  const idle = busy || reason !== "";
  return (
    <button
      type="button"
      {...rest}
      class={`button button-${kind}`}
      aria-busy={busy}
      aria-disabled={idle || undefined}
      aria-description={reason || undefined}
      {...(reason !== "" && { title: reason })}
      onClick={idle ? (event) => event.preventDefault() : onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
    </button>
  );
}

const SHOWN_FOR = 2_000;

/** Copies `text`; `label` names what that is, such as "name". */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [state, setState] = useState<"" | "Copied" | "Not copied">("");
  async function copy() {
    setState((await copied(text)) ? "Copied" : "Not copied");
    setTimeout(() => setState(""), SHOWN_FOR);
  }
  return (
    <span class="copy">
      <button type="button" class="button button-quiet" title={`Copy the ${label}`} onClick={copy}>
        <Icon name={state === "Copied" ? "check" : "copy"} />
        <span class="visually-hidden">Copy the {label}</span>
      </button>
      <span class="copy-state small muted" role="status">
        {state}
      </span>
    </span>
  );
}
