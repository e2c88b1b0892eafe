// Another page begins at its top, with the focus: as after loading one, though nothing is loaded.
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "wouter-preact";

export function useFocusOnPage(): void {
  const [location] = useLocation();
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current !== location) {
      shown.current = location;
      document.getElementById("main")?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
  }, [location]);
}
