// What can be done with the executions that are selected in the list.
import type { Row } from "../executions/rows";

export function SelectedActions(_: { readonly rows: readonly Row[] }) {
  return null;
}
