// What a datetime-local control holds, as a moment with its offset from UTC.

/** `text` is such as 2026-01-31T12:00; undefined where it is no date. */
export function momentOf(text: string, zone: "UTC" | "local"): string | undefined {
  const local = new Date(text);
  if (text === "" || Number.isNaN(local.getTime())) {
    return undefined;
  }
  const seconds = text.length === "2026-01-31T12:00".length ? `${text}:00` : text;
  return zone === "UTC" ? `${seconds}Z` : `${seconds}${offsetOf(-local.getTimezoneOffset())}`;
}

/** Minutes east of UTC as +02:00. */
export function offsetOf(minutes: number): string {
  const [sign, size] = [minutes < 0 ? "-" : "+", Math.abs(minutes)];
  const two = (number: number) => String(number).padStart(2, "0");
  return `${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
