// Axes of charts: round ticks in the units that people count in.

const DURATIONS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800,
  1_209_600, 2_592_000,
];
const TICKS = 4;
const LONGEST_STEP = 31_536_000;

/** Ticks from 0 to at least `most`, with steps that `stepFor` rounds up. */
function ticksBy(most: number, stepFor: (least: number) => number): readonly number[] {
  const step = stepFor(Math.max(most, Number.MIN_VALUE) / TICKS);
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, tick) => tick * step);
}

/** For seconds. */
export function durationTicks(most: number): readonly number[] {
  return ticksBy(
    most,
    (least) => DURATIONS.find((step) => step >= least) ?? Math.ceil(least / LONGEST_STEP) * LONGEST_STEP,
  );
}

/** For bytes: halves and wholes of powers of two. */
export function byteTicks(most: number): readonly number[] {
  return ticksBy(most, (least) => 2 ** Math.ceil(Math.log2(Math.max(1, least))));
}

/** Moments between two others, in seconds: at whole units of time in the viewer's own zone. `offset`: of the zone, in seconds. */
export function timeTicks(from: number, to: number, count: number, offset: number): readonly number[] {
  const least = Math.max(1, to - from) / Math.max(1, count);
  const step = DURATIONS.find((one) => one >= least) ?? Math.ceil(least / LONGEST_STEP) * LONGEST_STEP;
  const first = Math.ceil((from + offset) / step) * step - offset;
  const ticks: number[] = [];
  for (let tick = first; tick <= to; tick += step) {
    ticks.push(tick);
  }
  return ticks;
}

const FAR = 3;

/** Where an axis ends, so that a few values far from all others don't press those together: three times what 90% are within. */
export function axisEnd(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const p90 = ordered[Math.max(0, Math.ceil(0.9 * ordered.length) - 1)] ?? 0;
  return Math.min(ordered.at(-1) ?? 0, FAR * p90);
}
