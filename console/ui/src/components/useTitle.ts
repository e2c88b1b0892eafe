// The browser's title, which names the page in tabs, in its history and to screen readers.
import { useEffect } from "preact/hooks";

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "Glider" : `${title} · Glider`;
  }, [title]);
}
