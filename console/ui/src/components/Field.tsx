// A labelled control with its docs and its error, which screen readers get along with it.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** The attributes that connect a control with its label, docs and error. */
export interface ControlAttributes {
  readonly id: string;
  readonly "aria-describedby"?: string;
  readonly "aria-invalid"?: true;
  readonly "aria-required"?: true;
}

export function Field({
  label,
  note,
  docs,
  error,
  required = false,
  children,
}: {
  readonly label: string;
  /** Beside the label, such as a type. */
  readonly note?: string | undefined;
  readonly docs?: string | undefined;
  readonly error?: string | undefined;
  readonly required?: boolean;
  readonly children: (attributes: ControlAttributes) => ComponentChildren;
}) {
  const id = useId();
  const described = [docs !== undefined && `${id}-docs`, error !== undefined && `${id}-error`]
    .filter(Boolean)
    .join(" ");
  return (
    <div class="field">
      <label for={id}>
        {label} {note !== undefined && <span class="field-note">{note}</span>}
        {required && <span class="field-note"> required</span>}
      </label>
      {docs !== undefined && (
        <div id={`${id}-docs`} class="field-note">
          {docs}
        </div>
      )}
      {children({
        id,
        ...(described !== "" && { "aria-describedby": described }),
        ...(error !== undefined && { "aria-invalid": true }),
        ...(required && { "aria-required": true }),
      })}
      {error !== undefined && (
        <div id={`${id}-error`} class="field-error">
          {error}
        </div>
      )}
    </div>
  );
}
