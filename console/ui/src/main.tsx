// The entry: puts the application into the page.
import { render } from "preact";
import { App } from "./app/App";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";

const root = document.getElementById("app");
if (root !== null) {
  render(<App />, root);
}
