// Who the viewer is, and what is theirs: the theme. It is the browser's own disclosure; Escape, or the focus elsewhere, closes it.
import { useRef } from "preact/hooks";
import { Icon } from "../components/Icon";
import { KeyValues } from "../components/KeyValues";
import { SignOut } from "./SignOut";
import { ThemeSelect } from "./ThemeSelect";
import type { Viewer } from "./viewer";

export function AccountMenu({ viewer }: { readonly viewer: Viewer | undefined }) {
  const menu = useRef<HTMLDetailsElement>(null);
  function close() {
    if (menu.current !== null) {
      menu.current.open = false;
    }
  }
  return (
    <details
      ref={menu}
      class="menu"
      onKeyDown={(event) => {
        if (event.key === "Escape" && menu.current?.open) {
          close();
          menu.current.querySelector("summary")?.focus();
        }
      }}
      onFocusOut={(event) => {
        if (event.relatedTarget instanceof Node && !menu.current?.contains(event.relatedTarget)) {
          close();
        }
      }}
    >
      <summary>
        <Icon name="person" />
        <span class="menu-name">{viewer?.name || "Account"}</span>
      </summary>
      <div class="menu-content">
        {viewer !== undefined && (
          <KeyValues
            pairs={[
              ["Viewer", viewer.name || "not known"],
              ["Cluster", viewer.server],
              ["Version", viewer.version],
            ]}
          />
        )}
        <ThemeSelect />
        {viewer?.entrance === "token" && <SignOut />}
      </div>
    </details>
  );
}
