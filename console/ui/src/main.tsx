// The entry: puts the application into the page.
import { render } from "preact";
import { App } from "./app/App";
import { applyTheme, storedTheme } from "./app/theme";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/tables.css";
import "./styles/components.css";

applyTheme(storedTheme());
const root = document.getElementById("app");
if (root !== null) {
  render(<App />, root);
}
