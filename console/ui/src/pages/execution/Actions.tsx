// What can be done with the execution.
import type { ExecutionProps } from "../../api/execution";

export function Actions(_: ExecutionProps) {
  return null;
}
