// Whether the page is in the foreground. One in the background needs no stream: browsers open only six of them to one address.
import { useEffect, useState } from "preact/hooks";

export function useIsVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const changed = () => setVisible(!document.hidden);
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  return visible;
}
