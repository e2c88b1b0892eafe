// The width of an element, as it changes: charts are drawn to it, so that their text keeps its size.
import { useEffect, useRef, useState } from "preact/hooks";

export function useWidth<E extends Element>() {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const shown = element.current;
    if (shown === null) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(shown);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}
