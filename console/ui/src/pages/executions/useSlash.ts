// "/" leads to the search field, from wherever nothing is being typed.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

export function useSlash(field: RefObject<HTMLInputElement>): void {
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      const into = event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog");
      if (event.key === "/" && !into && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.current?.focus();
        field.current?.select();
      }
    }
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [field]);
}
