// Light or dark.
import { useState } from "preact/hooks";
import { Field } from "../components/Field";
import { chooseTheme, storedTheme, type Theme } from "./theme";

export function ThemeSelect() {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <Field label="Theme">
      {(attributes) => (
        <select
          class="input"
          {...attributes}
          value={theme}
          onChange={(event) => {
            const chosen = event.currentTarget.value as Theme;
            chooseTheme(chosen);
            setTheme(chosen);
          }}
        >
          <option value="system">As the system has it</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      )}
    </Field>
  );
}
