// Durations, times and sizes as text, in the same words as the command line.

const UNITS = [
  [86_400, "d", 3_600, "h"],
  [3_600, "h", 60, "m"],
  [60, "m", 1, "s"],
] as const;

/** A duration in at most two units: 0s, 42s, 1m5s, 2h3m, 3d4h. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  for (const [size, unit, restSize, restUnit] of UNITS) {
    if (whole >= size) {
      const rest = Math.floor((whole % size) / restSize);
      return `${Math.floor(whole / size)}${unit}${rest > 0 ? `${rest}${restUnit}` : ""}`;
    }
  }
  return `${whole}s`;
}

/** A short duration with what matters below a second: 12ms, 2.4s, 1m5s. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1_000) {
    return `${Math.round(milliseconds)}ms`;
  }
  return milliseconds < 10_000 ? `${(milliseconds / 1_000).toFixed(1)}s` : formatDuration(milliseconds / 1_000);
}

/** How long ago a moment was, as kubectl has it in its column AGE. */
export function formatAge(at: string, now: number): string {
  return formatDuration((now - Date.parse(at)) / 1_000);
}

/** A moment in the viewer's own time zone, to the second. */
export function formatMoment(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

/** A count, with commas in large ones: the pages are in English, whatever the browser prefers. */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

const SIZES = ["KiB", "MiB", "GiB", "TiB"];

/** A size for people: 512 B, 1.4 MiB, 2 GiB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) {
    return `${bytes} B`;
  }
  let [size, unit] = [bytes / 1024, 0];
  while (size >= 1023.95 && unit < SIZES.length - 1) {
    [size, unit] = [size / 1024, unit + 1];
  }
  return `${size < 99.95 ? Number(size.toFixed(1)) : Math.round(size)} ${SIZES[unit]}`;
}
