// The head of a page: where it is, its title (the browser's too), and what can be done here.
import type { ComponentChildren } from "preact";
import { useTitle } from "./useTitle";

export function PageHeader({
  title,
  name,
  crumbs,
  beside,
  actions,
}: {
  readonly title: string;
  /** The browser's title, if it is another. */
  readonly name?: string;
  /** Links to what it is part of. */
  readonly crumbs?: ComponentChildren;
  /** Beside the title, such as a badge. */
  readonly beside?: ComponentChildren;
  readonly actions?: ComponentChildren;
}) {
  useTitle(name ?? title);
  return (
    <div class="page-header">
      {crumbs !== undefined && <div class="crumbs">{crumbs}</div>}
      <div class="page-header-title">
        <h1>{title}</h1>
        {beside}
      </div>
      {actions !== undefined && <div class="row">{actions}</div>}
    </div>
  );
}
