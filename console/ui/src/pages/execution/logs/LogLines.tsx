// The list of a log's lines: only those that can be seen are in the page. It stays at the end until one scrolls up.
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { LogBuffer } from "./buffer";
import { LogBlock, type RowSettings } from "./LogRows";
import { heightOf, layOut, type Measured } from "./layout";

export function LogLines({
  buffer,
  version,
  label,
  wraps,
  settings,
  chosen,
  target,
  follows,
  onFollows,
}: {
  readonly buffer: LogBuffer;
  readonly version: number;
  readonly label: string;
  readonly wraps: boolean;
  readonly settings: RowSettings;
  /** The line that the address names. */
  readonly chosen: string | undefined;
  /** The number of the line to show: another object is another request for it. */
  readonly target: { readonly line: number; readonly isMatch: boolean } | undefined;
  readonly follows: boolean;
  readonly onFollows: (follows: boolean) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const metrics = useMetrics(list, wraps);
  const [measured, onMeasured] = useMeasured(buffer);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer is the same while it grows; its version changes
  const layout = useMemo(() => {
    const heights = buffer.blocks.map((block) => heightOf(block, metrics, measured.sizes));
    return { heights, ...layOut(heights, view.top, view.height) };
  }, [buffer, version, metrics, measured, view]);
  const pending = useRef<number>();
  const lastTop = useRef(0);

  useLayoutEffect(() => {
    pending.current = target?.line;
  }, [target]);

  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) {
      return;
    }
    if (pending.current !== undefined) {
      show(element, pending.current);
    } else if (follows) {
      element.scrollTop = element.scrollHeight;
    }
  });

  function show(element: HTMLElement, line: number): void {
    const row = element.querySelector<HTMLElement>(`[data-line="${line}"]`);
    if (row !== null) {
      pending.current = undefined;
      element.scrollTop = row.offsetTop - element.clientHeight / 2;
      return;
    }
    const index = buffer.blocks.findIndex((block) => line < block.first + block.lines.length);
    if (index < 0 || line < buffer.start) {
      pending.current = undefined;
      return;
    }
    element.scrollTop = layout.heights.slice(0, index).reduce((sum, height) => sum + height, 0);
    setView({ top: element.scrollTop, height: element.clientHeight });
  }

  function onScroll(): void {
    const element = list.current;
    if (element === null) {
      return;
    }
    const { scrollTop, clientHeight, scrollHeight } = element;
    if (scrollTop + clientHeight >= scrollHeight - 2) {
      onFollows(true);
    } else if (scrollTop < lastTop.current) {
      onFollows(false);
    }
    lastTop.current = scrollTop;
    setView({ top: scrollTop, height: clientHeight });
  }

  return (
    <div
      ref={list}
      class={`log-lines${wraps ? " log-wraps" : ""}`}
      role="log"
      aria-live="off"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      onScroll={onScroll}
    >
      <div style={{ height: `${layout.before}px` }} />
      {buffer.blocks.slice(layout.from, layout.to).map((block) => (
        <LogBlock
          key={block.first}
          block={block}
          count={block.lines.length}
          settings={settings}
          columns={metrics.columns}
          chosen={block.lines.some((line) => line.id === chosen) ? chosen : undefined}
          current={target?.isMatch && isWithin(target.line, block.first, block.lines.length) ? target.line : undefined}
          onMeasured={onMeasured}
        />
      ))}
      <div style={{ height: `${layout.after}px` }} />
    </div>
  );
}

function isWithin(line: number, first: number, count: number): boolean {
  return line >= first && line < first + count;
}

/** The height of a row, and how many characters it has, as the browser draws them. */
function useMetrics(list: { readonly current: HTMLElement | null }, wraps: boolean) {
  const [size, setSize] = useState({ row: 20, character: 8, width: 800 });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) {
      return;
    }
    const observer = new ResizeObserver(() => {
      const context = document.createElement("canvas").getContext("2d");
      const style = getComputedStyle(element);
      if (context !== null) {
        context.font = `${style.fontSize} ${style.fontFamily}`;
      }
      setSize({
        row: Number.parseFloat(style.lineHeight) || 20,
        character: context?.measureText("0").width || 8,
        width: element.clientWidth,
      });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return useMemo(
    () => ({ row: size.row, ...(wraps && { columns: Math.max(10, Math.floor(size.width / size.character)) }) }),
    [size, wraps],
  );
}

/** The heights of the blocks that were drawn; the object changes whenever one of them does. */
function useMeasured(buffer: LogBuffer) {
  const sizes = useMemo(() => {
    void buffer;
    return new Map<number, Measured>();
  }, [buffer]);
  const [changed, setChanged] = useState(0);
  const onMeasured = useCallback(
    (first: number, measured: Measured) => {
      const known = sizes.get(first);
      if (known?.height !== measured.height || known.lines !== measured.lines || known.columns !== measured.columns) {
        sizes.set(first, measured);
        setChanged((count) => count + 1);
      }
    },
    [sizes],
  );
  const measured = useMemo(() => ({ sizes, changed }), [sizes, changed]);
  return [measured, onMeasured] as const;
}
