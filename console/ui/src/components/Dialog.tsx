// A question before something happens. The browser's own dialog keeps the focus within, and gives it back at the end.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export function Dialog({
  title,
  wide = false,
  onClose,
  actions,
  children,
}: {
  readonly title: string;
  readonly wide?: boolean;
  /** Escape, or whatever else ends it. Shown as long as it is rendered. */
  readonly onClose: () => void;
  /** Its buttons; the first one to do nothing. */
  readonly actions: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-content">
        <h2 id={heading}>{title}</h2>
        {children}
        <div class="dialog-actions">{actions}</div>
      </div>
    </dialog>
  );
}
