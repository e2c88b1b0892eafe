// The time of a line: since the attempt began, or of the day.

export type Times = "since" | "clock" | "off";

export function timesIn(text: string | null): Times {
  return text === "clock" || text === "off" ? text : "since";
}

/** The time of a line as it is shown; empty where it has none. */
export function timeOf(time: string, times: Times, start: number): string {
  const at = Date.parse(time);
  if (times === "off" || Number.isNaN(at)) {
    return "";
  }
  if (times === "clock") {
    const date = new Date(at);
    const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
    return `${clock.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
  }
  const seconds = Number.isNaN(start) ? 0 : (at - start) / 1_000;
  return `${seconds < 0 ? "-" : "+"}${Math.abs(seconds).toFixed(3)}s`;
}
