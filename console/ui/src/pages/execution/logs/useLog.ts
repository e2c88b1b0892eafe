// Reads a log into a buffer, and shows what came at most once in a frame.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Problem, signIn } from "../../../api/client";
import type { LogLink } from "../../../api/execution";
import { follow } from "../../../api/stream";
import { LogBuffer, type SentLine } from "./buffer";

export interface Source {
  readonly attempt: number;
  readonly pod: string;
  readonly container: string;
  readonly containers: readonly string[];
  /** Whether the pod is gone, and the store has this. */
  readonly archived?: boolean;
}

export interface LogState {
  /** `waiting`: it hasn't begun; `lost`: nothing comes now, which `message` has the reason for. */
  readonly kind: "connecting" | "waiting" | "live" | "lost" | "ended" | "failed";
  readonly message: string;
  readonly links: readonly LogLink[];
}

export interface Log {
  readonly buffer: LogBuffer;
  /** Changes whenever the buffer does. */
  readonly version: number;
  readonly source: Source | undefined;
  readonly state: LogState;
}

const CONNECTING: LogState = { kind: "connecting", message: "", links: [] };
const EMPTY: Log = { buffer: new LogBuffer(), version: 0, source: undefined, state: CONNECTING };

/** The log at `url`; another `reading` reads it from the start again. */
export function useLog(url: string, reading: number): Log {
  const [log, setLog] = useState<Log>(EMPTY);
  const frame = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading is another stream
  useEffect(() => {
    const buffer = new LogBuffer();
    let known: Log = { ...EMPTY, buffer };
    setLog(known);

    function change(changes: Partial<Log>): void {
      known = { ...known, ...changes };
      frame.current ||= requestAnimationFrame(() => {
        frame.current = 0;
        setLog(known);
      });
    }

    function be(kind: LogState["kind"], data: unknown = {}): void {
      const { message = "", links = [] } = data as Partial<LogState>;
      change({ state: { kind, message, links } });
    }

    const close = follow(
      url,
      {
        source: (data) => change({ source: data as Source, state: { ...CONNECTING, kind: "live" } }),
        waiting: (data) => be("waiting", data),
        lost: (data) => be("lost", data),
        restored: () => be("live"),
        lines: (data) => {
          buffer.append(data as SentLine[]);
          change({ version: known.version + 1 });
        },
        ended: (data) => {
          close();
          be("ended", data);
        },
        failed: (data) => {
          const { error } = data as { error: { status?: number; message: string } };
          close();
          be("failed", error);
          if (error.status === 401) {
            signIn();
          }
        },
      },
      (state) => {
        if (state === "reconnecting") {
          be("lost", { message: "The console doesn't answer." });
        }
      },
      (problem: Problem) => be("failed", { message: problem.message }),
    );
    return () => {
      close();
      cancelAnimationFrame(frame.current);
      frame.current = 0;
    };
  }, [url, reading]);

  return log;
}
