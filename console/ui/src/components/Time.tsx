// A moment as its age, which goes on, and exactly where one points at it; and a duration, which goes on until it has ended.
import { useCallback } from "preact/hooks";
import { formatAge, formatDuration, formatMoment } from "./format";
import { useTextOverTime } from "./useNow";

/** `at` is RFC 3339; `ago` adds the word. */
export function Time({ at, ago = false }: { readonly at: string | undefined; readonly ago?: boolean }) {
  return at === undefined || at === "" ? <Nothing /> : <Age at={at} ago={ago} />;
}

function Age({ at, ago }: { readonly at: string; readonly ago: boolean }) {
  const text = useTextOverTime(useCallback((now: number) => formatAge(at, now), [at]));
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {text}
      {ago && " ago"}
    </time>
  );
}

type Measured =
  | { readonly seconds: number | undefined }
  | { readonly from: string | undefined; readonly to: string | undefined };

/** How long something took: `seconds`, or between two moments; without `to` it goes on. */
export function Duration(measured: Measured) {
  if ("seconds" in measured) {
    return measured.seconds === undefined ? <Nothing /> : <span>{formatDuration(measured.seconds)}</span>;
  }
  return measured.from === undefined ? <Nothing /> : <Between from={measured.from} to={measured.to} />;
}

function Between({ from, to }: { readonly from: string; readonly to: string | undefined }) {
  const text = useTextOverTime(
    useCallback((now: number) => formatAge(from, to === undefined ? now : Date.parse(to)), [from, to]),
    to === undefined,
  );
  return <span title={`${formatMoment(from)} – ${to === undefined ? "now" : formatMoment(to)}`}>{text}</span>;
}

function Nothing() {
  return <span class="muted">–</span>;
}
