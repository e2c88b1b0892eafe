// Light or dark.
import { useState } from "preact/hooks";
import { chooseTheme, storedTheme, type Theme } from "./theme";

export function ThemeSelect() {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <select
      class="input"
      aria-label="Theme"
      value={theme}
      onChange={(event) => {
        const chosen = event.currentTarget.value as Theme;
        chooseTheme(chosen);
        setTheme(chosen);
      }}
    >
      <option value="system">System theme</option>
      <option value="light">Light</option>
      <option value="dark">Dark</option>
    </select>
  );
}
