// Points over time, and levels beside them. To screen readers it is a picture with a description; the page has the same as a table.
import { useState } from "preact/hooks";
import { timeTicks } from "./scale";
import { useWidth } from "./useWidth";
import "./scatter.css";

export interface Point {
  readonly id: string;
  /** Seconds since 1970. */
  readonly at: number;
  readonly value: number;
  readonly mark: Mark;
  /** What is shown where one points at it. */
  readonly title: string;
}

/** A shape each, so that colour is never all that differs. */
export type Mark = "good" | "bad" | "plain";

/** A level that holds from a moment on, or all the time. */
export interface Level {
  readonly label: string;
  readonly value: number;
}

const HEIGHT = 200;
const EDGE = { top: 12, right: 12, bottom: 24, left: 56 };
const NEAR = 24;
const TICK_ROOM = 110;
const SHAPES: Record<Mark, string> = {
  good: "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
  bad: "M-3.5-3.5l7 7M3.5-3.5l-7 7",
  plain: "M-3-3h6v6h-6z",
};

export function Scatter({
  description,
  points,
  levels = [],
  ticks,
  format,
  onOpen,
}: {
  readonly description: string;
  readonly points: readonly Point[];
  readonly levels?: readonly Level[];
  /** The ticks of the vertical axis. */
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
  /** Somebody clicks a point; the table beside has links for the keyboard. */
  readonly onOpen: (point: Point) => void;
}) {
  const { element, width } = useWidth<HTMLDivElement>();
  const [near, setNear] = useState<Point>();
  const from = Math.min(...points.map((point) => point.at));
  const to = Math.max(...points.map((point) => point.at), from + 1);
  const top = Math.max(...ticks);
  const x = (at: number) => EDGE.left + ((at - from) / (to - from)) * (width - EDGE.left - EDGE.right);
  // What is above the axis is drawn at its end.
  const y = (value: number) => HEIGHT - EDGE.bottom - (Math.min(value, top) / top) * (HEIGHT - EDGE.top - EDGE.bottom);

  const above = points.filter((point) => point.value > top).length;

  function nearest(event: MouseEvent): Point | undefined {
    const box = (event.currentTarget as SVGElement).getBoundingClientRect();
    const [across, down] = [event.clientX - box.left, event.clientY - box.top];
    const distance = (point: Point) => Math.hypot(x(point.at) - across, y(point.value) - down);
    const found = points.reduce<Point | undefined>(
      (best, point) => (best === undefined || distance(point) < distance(best) ? point : best),
      undefined,
    );
    return found !== undefined && distance(found) <= NEAR ? found : undefined;
  }

  return (
    <div ref={element} class="scatter">
      {width > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the table beside it has links for the keyboard
        <svg
          role="img"
          aria-label={description}
          width={width}
          height={HEIGHT}
          class={near === undefined ? undefined : "scatter-near"}
          onMouseMove={(event) => setNear(nearest(event))}
          onMouseLeave={() => setNear(undefined)}
          onClick={(event) => {
            const point = nearest(event);
            if (point !== undefined) {
              onOpen(point);
            }
          }}
        >
          {ticks.map((tick) => (
            <g key={tick}>
              <line class="scatter-grid" x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
              <text class="scatter-label" x={EDGE.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
          <TimeAxis from={from} to={to} width={width} x={x} />
          {levels.map(({ label, value }) => (
            <line
              key={label}
              class="scatter-level"
              x1={EDGE.left}
              x2={width - EDGE.right}
              y1={y(value)}
              y2={y(value)}
            />
          ))}
          {points.map((point) => (
            <path
              key={point.id}
              class={`scatter-${point.mark}`}
              d={SHAPES[point.mark]}
              transform={`translate(${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)})`}
            />
          ))}
          {levels.map(({ label, value }) => (
            <text key={label} class="scatter-label scatter-level-label" x={EDGE.left + 4} y={y(value) - 4}>
              {label}
            </text>
          ))}
          {near !== undefined && <circle class="scatter-ring" cx={x(near.at)} cy={y(near.value)} r="7" />}
        </svg>
      )}
      {above > 0 && (
        <p class="small muted">{above === 1 ? "One is" : `${above} are`} above the axis, and drawn at its end.</p>
      )}
      {near !== undefined && (
        <div class="scatter-title small" aria-hidden="true">
          {near.title}
        </div>
      )}
    </div>
  );
}

function TimeAxis({
  from,
  to,
  width,
  x,
}: {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly x: (at: number) => number;
}) {
  const days = to - from > 86_400;
  const offset = -60 * new Date(to * 1_000).getTimezoneOffset();
  const options: Intl.DateTimeFormatOptions = days
    ? { month: "short", day: "numeric" }
    : { hour: "2-digit", minute: "2-digit" };
  return (
    <>
      {timeTicks(from, to, Math.floor(width / TICK_ROOM), offset).map((tick) => (
        <text key={tick} class="scatter-label" x={x(tick)} y={HEIGHT - 6} text-anchor="middle">
          {new Date(tick * 1_000).toLocaleString(undefined, options)}
        </text>
      ))}
    </>
  );
}
