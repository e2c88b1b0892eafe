// Where the viewer was on the page: another list begins at its top, and whoever comes back finds the place again.
import { useEffect, useRef } from "preact/hooks";
import { notePlace, placeOnPage } from "../../app/useFocusOnPage";

/** After so many milliseconds without scrolling the place is noted. */
const PAUSE = 100;

/** `search` is which list; `ready`: whether it has its height. */
export function useScrollPlace(search: string, ready: boolean): void {
  const shown = useRef(search);
  useEffect(() => {
    if (shown.current !== search) {
      shown.current = search;
      window.scrollTo(0, 0);
    }
  }, [search]);

  useEffect(() => {
    const place = placeOnPage();
    if (ready && place !== undefined) {
      window.scrollTo(0, place);
    }
  }, [ready]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const path = location.pathname;
    function note() {
      if (location.pathname === path) {
        notePlace();
      }
    }
    function scrolled() {
      clearTimeout(timer);
      timer = setTimeout(note, PAUSE);
    }
    // Whatever leads to another page is a click or a key: the place is noted before.
    const leaving = ["click", "keydown"] as const;
    window.addEventListener("scroll", scrolled, { passive: true });
    for (const type of leaving) {
      window.addEventListener(type, note, { capture: true });
    }
    return () => {
      clearTimeout(timer);
      window.removeEventListener("scroll", scrolled);
      for (const type of leaving) {
        window.removeEventListener(type, note, { capture: true });
      }
    };
  }, []);
}
