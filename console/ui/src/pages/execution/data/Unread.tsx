// Why something isn't shown, with a button that asks again. The rest of the page goes on.
import { Button } from "../../../components/Button";
import { Notice } from "../../../components/Notice";

export function Unread({ problem, again }: { readonly problem: string; readonly again: () => void }) {
  return (
    <Notice kind="warning">
      <p class="data-problem">{problem}</p>
      <Button icon="retry" onClick={again}>
        Try again
      </Button>
    </Notice>
  );
}
