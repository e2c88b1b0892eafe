// The question before an action is done: what will happen, and to what. Whatever it is answered, it asks once.
import { useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { type Action, WORDS } from "./actions";

export function ActionDialog({
  action,
  subject,
  several = false,
  effects,
  onClose,
  onConfirm,
}: {
  readonly action: Action;
  /** What it is done to, such as an execution's name. */
  readonly subject: string;
  /** Whether these are several. */
  readonly several?: boolean;
  readonly effects: readonly string[];
  readonly onClose: () => void;
  /** `request` names this one question: who sends it twice has asked for one thing. */
  readonly onConfirm: (request: string) => void;
}) {
  const { label, keep } = WORDS[action];
  const confirmed = useRef(false);
  function confirm() {
    if (!confirmed.current) {
      confirmed.current = true;
      onConfirm(requestName());
    }
  }
  const grave = action === "cancel" || action === "delete";
  return (
    <Dialog
      title={`${label} ${subject}?`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{keep}</Button>
          <Button kind={grave ? "danger" : "primary"} onClick={confirm}>
            {label} {several ? "them" : "it"}
          </Button>
        </>
      }
    >
      {effects.map((effect) => (
        <p key={effect}>{effect}</p>
      ))}
    </Dialog>
  );
}

/** `crypto.randomUUID` is for pages of a secure origin only; a console behind plain HTTP isn't one. */
function requestName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("");
}
