// The whole of a row's message, to be read and copied.

import { Link } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { Button, CopyButton } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { PhaseBadge } from "../../components/PhaseBadge";
import { handleOf, type Row } from "./rows";

export function ErrorDialog({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const message = row.message ?? "";
  return (
    <Dialog
      title={row.name}
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Close</Button>
          <Link class="button" href={pageOf(row.namespace, handleOf(row))}>
            Open the execution
          </Link>
        </>
      }
    >
      <p class="row">
        <PhaseBadge phase={row.phase} />
        <span>{row.reason}</span>
        {message !== "" && <CopyButton text={message} label="message" />}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre class="code executions-message" tabIndex={0}>
        {message || row.reason}
      </pre>
    </Dialog>
  );
}
