// The TaskExecution that the form makes, as YAML: what will be applied. It can be edited, and then counts in place of the form.
import { Button, CopyButton } from "../../components/Button";
import type { Checked } from "./form";

export function Preview({
  checked,
  current,
  failed,
  yaml,
  onEdit,
}: {
  readonly checked: Checked | undefined;
  /** Whether `checked` is of the form as it is now. */
  readonly current: boolean;
  /** Whether the back end couldn't check it. */
  readonly failed: boolean;
  /** The text that somebody edits; empty where the form counts. */
  readonly yaml: string;
  readonly onEdit: (yaml: string) => void;
}) {
  const made = checked?.yaml ?? "";
  return (
    <section class="section launch-preview" aria-label="What will be applied" aria-busy={!current}>
      <div class="row launch-preview-head">
        <h2>This is what will be applied</h2>
        {yaml === "" ? (
          <>
            <Button disabled={made === ""} onClick={() => onEdit(made)}>
              Edit as YAML
            </Button>
            <CopyButton text={made} label="YAML" />
          </>
        ) : (
          <Button onClick={() => onEdit("")}>Back to the form</Button>
        )}
      </div>
      {yaml === "" ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        <pre class="code" tabIndex={0}>
          {made}
        </pre>
      ) : (
        <textarea
          class="input mono launch-yaml"
          aria-label="TaskExecution as YAML"
          spellcheck={false}
          rows={24}
          value={yaml}
          // An empty text would be the form again.
          onInput={(event) => onEdit(event.currentTarget.value === "" ? " " : event.currentTarget.value)}
        />
      )}
      <p class="small muted" role="status">
        {failed ? "It couldn't be checked." : statusOf(checked, current)}
      </p>
      {(checked?.warnings ?? []).map(({ message }) => (
        <p key={message} class="small">
          {message}
        </p>
      ))}
    </section>
  );
}

function statusOf(checked: Checked | undefined, current: boolean): string {
  if (checked === undefined || !current) {
    return "Checking";
  }
  const { length } = checked.errors;
  return length === 0
    ? "Nothing is wrong with it."
    : `Not ready: ${length === 1 ? "one mistake" : `${length} mistakes`}.`;
}
