// What is shown in place of a page that fails while it is drawn. The frame stays, and another page begins anew.
import { Component, type ComponentChildren } from "preact";
import { Button } from "../components/Button";
import { Notice } from "../components/Notice";

interface Props {
  /** The address of the page. */
  readonly at: string;
  readonly children: ComponentChildren;
}

interface State {
  readonly failed?: { readonly at: string; readonly message: string } | undefined;
}

export class PageBoundary extends Component<Props, State> {
  override componentDidCatch(error: unknown) {
    this.setState({ failed: { at: this.props.at, message: String(error) } });
  }

  override componentDidUpdate() {
    if (this.state.failed !== undefined && this.state.failed.at !== this.props.at) {
      this.setState({ failed: undefined });
    }
  }

  override render({ at, children }: Props, { failed }: State) {
    if (failed?.at !== at) {
      return children;
    }
    return (
      <Notice kind="error" title="This page can't be shown">
        <p>{failed.message}</p>
        <Button onClick={() => location.reload()}>Load it again</Button>
      </Notice>
    );
  }
}
