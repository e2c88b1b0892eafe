// The height of a row in pixels: it grows with the viewer's font size, and has two lines where the screen is narrow.
import { useEffect, useState } from "preact/hooks";

const NARROW = "(width < 56rem)";
const [WIDE_ROW, NARROW_ROW] = [2.25, 4];

function measured(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return rem * (window.matchMedia(NARROW).matches ? NARROW_ROW : WIDE_ROW);
}

export function useRowHeight(): number {
  const [height, setHeight] = useState(measured);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const changed = () => setHeight(measured());
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return height;
}
