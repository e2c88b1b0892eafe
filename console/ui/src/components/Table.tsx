// A table within a frame that scrolls, which the keyboard reaches too.
import type { ComponentChildren } from "preact";

export interface Column {
  readonly header: string;
  readonly number?: boolean;
}

/** `label` names it; `children` are its rows (<tr>). */
export function Table({
  label,
  columns,
  children,
}: {
  readonly label: string;
  readonly columns: readonly (string | Column)[];
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    // biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark without a heading
    <div class="table-frame" role="region" aria-label={label} tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            {columns.map((column) => {
              const { header, number = false } = typeof column === "string" ? { header: column } : column;
              return (
                <th key={header} scope="col" class={number ? "number" : undefined}>
                  {header}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
