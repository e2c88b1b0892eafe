// Why an execution, or one of its attempts, failed: what the user wrote first, and all other lines folded.
import { useState } from "preact/hooks";
import { asProblem, get, Problem } from "../../api/client";
import type { DescribedError } from "../../api/execution";
import { Button, CopyButton } from "../../components/Button";
import { Disclosure } from "../../components/Disclosure";

interface ErrorProps {
  readonly title: string;
  readonly error: DescribedError;
  /** Where the back end has the whole, of which the status may have a part only. */
  readonly whole?: string | undefined;
}

export function ErrorPanel({ title, error: known, whole }: ErrorProps) {
  const [found, setFound] = useState<DescribedError>();
  const error = found ?? known;
  const code = error.code === error.reason ? "" : error.code;
  return (
    <section class="panel section execution-error-panel" aria-label={title}>
      <div class="execution-timeline-title">
        <h2>{title}</h2>
        <span>{[error.reason, code].filter((text) => text !== "").join(" · ")}</span>
        <CopyButton text={error.message} label="error" />
      </div>
      <p class="execution-error-headline">{error.headline}</p>
      {error.own !== null && (
        <figure class="code execution-error-own">
          <figcaption class="small muted">
            {error.own.file}, line {error.own.line}
            {error.own.function !== "" && `, in ${error.own.function}`}
          </figcaption>
          {error.own.source !== "" && <pre>{error.own.source}</pre>}
        </figure>
      )}
      {error.words !== "" && <p class="muted">{error.words}.</p>}
      {error.advice !== "" && <p>{error.advice}</p>}
      {error.trace.length > 0 ? <Trace error={error} /> : <Rest error={error} />}
      {error.cut && <Cut whole={whole} onFound={setFound} />}
    </section>
  );
}

/** The status holds only a part: the rest is in the store, if anywhere. */
function Cut({
  whole,
  onFound,
}: {
  readonly whole: string | undefined;
  readonly onFound: (error: DescribedError) => void;
}) {
  const [state, setState] = useState<"" | "busy" | Problem>("");
  async function show(path: string) {
    setState("busy");
    try {
      onFound(await get<DescribedError>(path));
    } catch (error: unknown) {
      setState(asProblem(error));
    }
  }
  return (
    <div class="row small">
      <span class="muted">The status holds only a part of the message: […] marks what is left out.</span>
      {whole !== undefined && (
        <Button kind="quiet" busy={state === "busy"} onClick={() => show(whole)}>
          Show the whole message
        </Button>
      )}
      {state instanceof Problem && <span role="status">{state.message}</span>}
    </div>
  );
}

function Trace({ error }: { readonly error: DescribedError }) {
  return (
    <Disclosure summary="Traceback">
      <div class="code">
        {error.trace.map((part, place) => {
          const key = `${place} ${part.lines[0]}`;
          return part.own ? <pre key={key}>{part.lines.join("\n")}</pre> : <Folded key={key} lines={part.lines} />;
        })}
      </div>
    </Disclosure>
  );
}

function Folded({ lines }: { readonly lines: readonly string[] }) {
  const frames = lines.filter((line) => line.startsWith("  File ")).length;
  return (
    <details class="execution-error-folded">
      <summary class="small muted">{frames === 1 ? "1 line of a library" : `${frames} lines of libraries`}</summary>
      <pre>{lines.join("\n")}</pre>
    </details>
  );
}

/** The message, where it is more than the headline. */
function Rest({ error }: { readonly error: DescribedError }) {
  return error.message.trim() === error.headline ? null : (
    <Disclosure summary="Whole message" open={!error.message.includes("\n")}>
      <pre class="code">{error.message}</pre>
    </Disclosure>
  );
}
