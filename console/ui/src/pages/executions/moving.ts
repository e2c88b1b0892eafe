// Which row a key leads to.

/** The place of the row that `key` leads to from `place` (-1: none has the focus yet); undefined for other keys. */
export function moved(key: string, place: number, count: number, page: number): number | undefined {
  if (count === 0) {
    return undefined;
  }
  const within = (index: number) => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case "ArrowDown":
      return within(place + 1);
    case "ArrowUp":
      return within(place - 1);
    case "PageDown":
      return within(place + page);
    case "PageUp":
      return within(place - page);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
