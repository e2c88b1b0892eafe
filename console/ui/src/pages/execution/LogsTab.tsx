// What the attempts have written: live, to be searched, and with the colours that they wrote it in.
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation, useSearchParams } from "wouter-preact";
import { attemptOf, type ExecutionProps, handleOf, pathOf } from "../../api/execution";
import { Button } from "../../components/Button";
import { copied } from "../../components/clipboard";
import { formatCount } from "../../components/format";
import { Notice } from "../../components/Notice";
import { Spinner } from "../../components/Waiting";
import { webAddress } from "./links";
import { MOST_LINES } from "./logs/buffer";
import { LogLines } from "./logs/LogLines";
import { LogToolbar } from "./logs/LogToolbar";
import "./logs/logs.css";
import { matcherOf, step } from "./logs/search";
import { plainOf } from "./logs/terminal";
import { timesIn } from "./logs/times";
import { type Log, type LogState, useLog } from "./logs/useLog";
import { useMatches } from "./logs/useSearch";

const FIRST_TAIL = 10_000;
const MORE = 5;

export function LogsTab({ execution, attempt }: ExecutionProps) {
  const [path] = useLocation();
  const [address, setAddress] = useSearchParams();
  const [tail, setTail] = useState(FIRST_TAIL);
  const [since, setSince] = useState<string>();
  const [reading, setReading] = useState(0);
  const [follows, setFollows] = useState(address.get("line") === null);
  const [current, setCurrent] = useState(-1);
  const [target, setTarget] = useState<{ readonly line: number; readonly isMatch: boolean }>();
  const [wanted, setWanted] = useState<string | undefined>(address.get("line") ?? undefined);

  const chosen = address.get("line") ?? undefined;
  const base = `${pathOf(execution.metadata.namespace, handleOf(execution))}/logs`;
  const asked = new URLSearchParams();
  if (attempt !== undefined) {
    asked.set("attempt", String(attempt));
  }
  const container = address.get("container") ?? "";
  if (container !== "") {
    asked.set("container", container);
  }
  const begin: [string, string] = since === undefined ? ["tail", String(tail)] : ["since", since];
  const log = useLog(`${base}/stream?${new URLSearchParams([...asked, begin])}`, reading);
  const { buffer, version, source, state } = log;

  const search = address.get("search") ?? "";
  const isExpression = address.get("regex") === "1";
  const matcher = useMemo(() => matcherOf(search, isExpression), [search, isExpression]);
  const matches = useMatches(buffer, version, matcher);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search begins anew
  useEffect(() => {
    setCurrent(-1);
    setTarget(undefined);
  }, [matcher, buffer]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer is the same while it grows; its version changes
  useEffect(() => {
    const line = wanted === undefined ? undefined : buffer.find(wanted);
    if (line !== undefined) {
      setWanted(undefined);
      setTarget({ line, isMatch: false });
    }
  }, [buffer, version, wanted]);

  function change(changes: Readonly<Record<string, string | undefined>>): void {
    setAddress(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined || value === "") {
            after.delete(name);
          } else {
            after.set(name, value);
          }
        }
        if ("attempt" in changes || "container" in changes) {
          after.delete("line");
          setTail(FIRST_TAIL);
          setSince(undefined);
          setFollows(true);
        }
        return after;
      },
      { replace: true },
    );
  }

  function go(direction: 1 | -1): void {
    const next = step(matches.length, current, direction);
    const line = matches[next];
    if (line !== undefined) {
      setCurrent(next);
      setFollows(false);
      setTarget({ line, isMatch: true });
    }
  }

  function loadEarlier(): void {
    setFollows(false);
    setWanted(buffer.line(buffer.start)?.id);
    setSince(undefined);
    setTail(tail * MORE);
  }

  const start = Date.parse(attemptOf(execution, source?.attempt)?.startTime ?? buffer.line(buffer.start)?.time ?? "");
  const query = address.toString();
  const times = timesIn(address.get("times"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: change closes over what doesn't change
  const settings = useMemo(
    () => ({
      times,
      start,
      matcher,
      addressOf: (id: string) => {
        const linked = new URLSearchParams(query);
        linked.set("line", id);
        return `${path}?${linked}`;
      },
      onChoose: (id: string) => {
        setFollows(false);
        change({ line: id });
      },
    }),
    [times, start, matcher, path, query],
  );
  const numbers = new Set((execution.status?.attempts ?? []).map((one) => one.number));
  const latest = Math.max(...numbers);
  if (source !== undefined) {
    numbers.add(source.attempt);
  }

  return (
    <section class="stack" aria-label="Log">
      <LogToolbar
        attempts={[...numbers].sort((one, other) => one - other)}
        attempt={source?.attempt ?? attempt ?? (numbers.size > 0 ? latest : undefined)}
        containers={source?.containers ?? []}
        address={{ container: source?.container ?? container, search, isExpression, wraps: wraps(address), times }}
        found={matcher === undefined ? undefined : { count: matches.length, current }}
        invalid={isExpression && search !== "" && matcher === undefined}
        follows={follows}
        download={source === undefined ? undefined : `${base}?${asked}`}
        onChange={change}
        onStep={go}
        onFollow={() => setFollows(!follows)}
        onCopy={() => copied(buffer.text(plainOf))}
      />
      {attempt === undefined && source !== undefined && latest > source.attempt && (
        <Notice kind="info">
          Attempt {latest} has begun.{" "}
          <Button kind="quiet" onClick={() => setReading(reading + 1)}>
            Show its log
          </Button>
        </Notice>
      )}
      <State state={state} archived={source?.archived === true} />
      {(since !== undefined || buffer.counted >= tail) && tail < MOST_LINES && (
        <p class="log-note">
          <Button onClick={loadEarlier}>Load earlier lines</Button>
        </p>
      )}
      {chosen !== undefined && buffer.end > 0 && buffer.find(chosen) === undefined && (
        <p class="log-note small muted">
          The line that the address names is not among those that are loaded.{" "}
          {since === undefined && (
            <Button
              onClick={() => {
                setWanted(chosen);
                setSince(chosen.split("~", 1)[0]);
              }}
            >
              Load from that line on
            </Button>
          )}
        </p>
      )}
      {buffer.start > 0 && (
        <p class="log-note small muted">
          The page keeps the last {formatCount(buffer.end - buffer.start)} lines; {formatCount(buffer.start)} before
          them aren't shown. The download has all.
        </p>
      )}
      {(source !== undefined || buffer.end > 0) && (
        <LogLines
          buffer={buffer}
          version={version}
          label={labelOf(log)}
          wraps={wraps(address)}
          settings={settings}
          chosen={chosen}
          target={target}
          follows={follows}
          onFollows={setFollows}
        />
      )}
    </section>
  );
}

function wraps(address: URLSearchParams): boolean {
  return address.get("wrap") !== "0";
}

function labelOf({ source }: Log): string {
  return source === undefined ? "Log" : `Log of attempt ${source.attempt}, container ${source.container}`;
}

function State({ state, archived }: { readonly state: LogState; readonly archived: boolean }) {
  switch (state.kind) {
    case "connecting":
      return <Spinner label="Connecting" />;
    case "live":
      return (
        <p class="log-note small muted" role="status">
          Live: lines appear as the container writes them.
        </p>
      );
    case "lost":
      return <Notice kind="warning">No lines arrive now; it is tried again. {state.message}</Notice>;
    case "failed":
      return <Notice kind="error">{state.message}</Notice>;
    case "waiting":
      return <Notice kind="info">{state.message}</Notice>;
    case "ended":
      return state.message === "" ? (
        <p class="log-note small muted" role="status">
          {archived ? "The pod is gone: this is its log as the store has it." : "The container has ended."}
        </p>
      ) : (
        <Notice kind="info">
          {state.message} <Links state={state} />
        </Notice>
      );
  }
}

/** Where the log may be kept for longer than its pod. */
function Links({ state }: { readonly state: LogState }) {
  return (
    <ul>
      {state.links.map((link) => {
        const address = webAddress(link.uri);
        return (
          <li key={`${link.name} ${link.uri}`}>
            <bdi>{link.name}</bdi>:{" "}
            {address === undefined ? (
              <bdi>{link.uri}</bdi>
            ) : (
              <a href={address} target="_blank" rel="noreferrer noopener">
                <bdi>{link.uri}</bdi>
              </a>
            )}
          </li>
        );
      })}
    </ul>
  );
}
