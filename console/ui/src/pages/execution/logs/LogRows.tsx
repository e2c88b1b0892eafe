// The lines of a log that can be seen. Everything of them is text: no markup is ever made of it.
import { memo } from "preact/compat";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { formatCount } from "../../../components/format";
import type { Block, LogLine } from "./buffer";
import type { Measured } from "./layout";
import { markedSpans } from "./marking";
import type { Matcher } from "./search";
import { spansOf } from "./terminal";
import { type Times, timeOf } from "./times";

export interface RowSettings {
  readonly times: Times;
  /** When the attempt began, for times since then. */
  readonly start: number;
  readonly matcher: Matcher | undefined;
  /** The address of a line. */
  readonly addressOf: (id: string) => string;
  readonly onChoose: (id: string) => void;
}

export const LogBlock = memo(function LogBlock({
  block,
  settings,
  columns,
  chosen,
  current,
  onMeasured,
}: {
  readonly block: Block;
  /** How many lines it has now: the block itself grows. */
  readonly count: number;
  readonly settings: RowSettings;
  readonly columns: number | undefined;
  /** The line that the address names, and the one that the search is at, if they are in this block. */
  readonly chosen: string | undefined;
  readonly current: number | undefined;
  readonly onMeasured: (first: number, measured: Measured) => void;
}) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const height = element.current?.offsetHeight ?? 0;
    onMeasured(block.first, { height, lines: block.lines.length, columns });
  });
  return (
    <div ref={element}>
      {block.lines.map((line, index) => (
        <Row
          // biome-ignore lint/suspicious/noArrayIndexKey: lines keep their numbers
          key={block.first + index}
          number={block.first + index}
          line={line}
          settings={settings}
          chosen={line.id === chosen}
          current={block.first + index === current}
        />
      ))}
    </div>
  );
});

const Row = memo(function Row({
  number,
  line,
  settings,
  chosen,
  current,
}: {
  readonly number: number;
  readonly line: LogLine;
  readonly settings: RowSettings;
  readonly chosen: boolean;
  readonly current: boolean;
}) {
  const { times, start, matcher, addressOf, onChoose } = settings;
  const spans = useMemo(() => {
    const shown = spansOf(line.text);
    return markedSpans(shown, matcher?.(shown.map((span) => span.text).join("")) ?? []);
  }, [line, matcher]);
  return (
    <div
      class={`log-line${chosen ? " log-chosen" : ""}${current ? " log-current" : ""}${line.isError ? " log-stderr" : ""}`}
      title={line.isError ? "Written to standard error" : undefined}
      data-line={number}
      aria-current={chosen || current || undefined}
    >
      <a
        class="log-number"
        href={addressOf(line.id)}
        tabIndex={-1}
        aria-label={`Link to line ${number + 1}`}
        onClick={(event) => {
          if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
            event.preventDefault();
            onChoose(line.id);
          }
        }}
      >
        {number + 1}
      </a>
      {times !== "off" && (
        <time class="log-time" dateTime={line.time} title={line.time}>
          {timeOf(line.time, times, start)}
        </time>
      )}
      <bdi class="log-text" dir="ltr">
        {spans.map((span, index) => {
          const Tag = span.found ? "mark" : "span";
          const style = {
            ...(span.color !== undefined && { color: span.color }),
            ...(span.background !== undefined && { backgroundColor: span.background }),
          };
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line have no other names
            <Tag key={index} class={span.classes || undefined} style={style}>
              {span.text}
            </Tag>
          );
        })}
        {line.size !== undefined && (
          <span class="log-cut">
            {" … "}
            {formatCount(line.size)} bytes in all; download the log for the whole
          </span>
        )}
      </bdi>
    </div>
  );
});
