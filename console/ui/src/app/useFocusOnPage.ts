// Another page begins at its top, with the focus: as after loading one, though nothing is loaded. Whoever comes back to one that has
// noted its place is there again.
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "wouter-preact";

/** The place that this entry of the history has noted, in pixels. */
export function placeOnPage(): number | undefined {
  return (history.state as { readonly place?: number } | null)?.place;
}

/** Notes where the viewer is, for when they come back. */
export function notePlace(): void {
  history.replaceState({ ...history.state, place: window.scrollY }, "");
}

export function useFocusOnPage(): void {
  const [location] = useLocation();
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current !== location) {
      shown.current = location;
      document.getElementById("main")?.focus({ preventScroll: true });
      window.scrollTo(0, placeOnPage() ?? 0);
    }
  }, [location]);
}
