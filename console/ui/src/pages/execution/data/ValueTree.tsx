// Values as a tree: each with its name, its type and its content; what has others in it can be folded.
import { useContext, useState } from "preact/hooks";
import { get } from "../../../api/client";
import { Button, CopyButton } from "../../../components/Button";
import { formatCount } from "../../../components/format";
import { FileValue } from "./FileValue";
import { FolderValue } from "./FolderValue";
import { Place } from "./place";
import { TableValue } from "./TableValue";
import { durationOf, isSmall, joined, left, messageOf, summaryOf, type Value } from "./values";

export function ValueTree({ values, label }: { readonly values: readonly Value[]; readonly label?: string }) {
  return (
    <ul class="data-tree" aria-label={label}>
      {values.map((value) => (
        <li key={value.at}>
          <OneValue first={value} />
        </li>
      ))}
    </ul>
  );
}

function OneValue({ first }: { readonly first: Value }) {
  const [value, setValue] = useState(first);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState(isSmall(first));
  const { base, side } = useContext(Place);
  const rest = left(value);

  async function more(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    const start = value.text === undefined ? (value.children?.length ?? 0) : (value.length ?? 0) - rest;
    const part = `${base}/${side}/part?at=${encodeURIComponent(value.at)}&start=${start}`;
    await get<Value>(part).then(
      (found) => setValue(joined(value, found)),
      (error: unknown) => setProblem(messageOf(error)),
    );
    setBusy(false);
  }

  const name = (
    <>
      <span class="data-name">{value.name}</span>
      {value.type !== "" && <span class="data-type">{value.type}</span>}
      {value.default && <span class="data-type">default</span>}
    </>
  );
  const shown = rest > 0 && (
    <div class="row">
      <Button onClick={more} busy={busy}>
        {value.text === undefined
          ? `Show more of the other ${formatCount(rest)}`
          : `Show more of the other ${formatCount(rest)} characters`}
      </Button>
      <a href={`${base}/${side}/whole?at=${encodeURIComponent(value.at)}`} download>
        Download all of it
      </a>
      {problem !== undefined && <span role="alert">{problem}</span>}
    </div>
  );
  if (value.count !== undefined) {
    return (
      <details
        class="data-node"
        open={open}
        onToggle={(event) => {
          setOpen(event.currentTarget.open);
          if (event.currentTarget.open && value.children === undefined) {
            more();
          }
        }}
      >
        <summary>
          {name} <span class="muted small">{summaryOf(value)}</span>
        </summary>
        {/* what is folded isn't there: its files would be asked for */}
        {open && value.children !== undefined && <ValueTree values={value.children} />}
        {value.children !== undefined && shown}
        {value.children === undefined && problem !== undefined && <span role="alert">{problem}</span>}
      </details>
    );
  }
  return (
    <div class="data-node data-leaf">
      <div class="data-head">{name}</div>
      <Content value={value} />
      {shown}
    </div>
  );
}

function Content({ value }: { readonly value: Value }) {
  switch (value.kind) {
    case "file":
      return <FileValue uri={value.uri ?? ""} format={value.format ?? ""} />;
    case "directory":
      return <FolderValue uri={value.uri ?? ""} />;
    case "table":
      return <TableValue uri={value.uri ?? ""} />;
    case "none":
      return <span class="muted">none</span>;
    case "text":
    case "error":
      return <Text text={value.text ?? ""} name={value.name} />;
    case "duration":
      return <code class="data-value">{durationOf(value.text ?? "")}</code>;
    default:
      return <code class={`data-value data-${value.kind}`}>{value.text}</code>;
  }
}

function Text({ text, name }: { readonly text: string; readonly name: string }) {
  if (text === "") {
    return <span class="muted">an empty text</span>;
  }
  if (text.length > 80 || text.includes("\n")) {
    return (
      <div class="data-text">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
        <pre tabIndex={0}>{text}</pre>
        <CopyButton text={text} label={name} />
      </div>
    );
  }
  return (
    <code class="data-value" dir="auto">
      {text}
    </code>
  );
}
