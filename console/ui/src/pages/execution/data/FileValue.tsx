// A file in the store: its size, what kind it is, a picture or its first lines, and the ways to it.
import { useContext, useState } from "preact/hooks";
import { Button, CopyButton } from "../../../components/Button";
import { formatBytes } from "../../../components/format";
import { Spinner } from "../../../components/Waiting";
import { Place } from "./place";
import { TableValue } from "./TableValue";
import { Unread } from "./Unread";
import { useAnswer } from "./useAnswer";

interface About {
  readonly name: string;
  readonly size: number;
  /** picture, parquet, csv, text or other. */
  readonly kind: string;
  readonly text: string;
}

export function FileValue({ uri, format }: { readonly uri: string; readonly format: string }) {
  const { base } = useContext(Place);
  const { found, problem, again } = useAnswer<About>(`${base}/files/about?uri=${encodeURIComponent(uri)}`);
  return (
    <div class="data-file">
      <Address uri={uri} />
      {problem !== undefined && <Unread problem={problem} again={again} />}
      {found === undefined && problem === undefined && <Spinner label="Reading the file" />}
      {found !== undefined && <Known about={found} uri={uri} format={format} />}
    </div>
  );
}

function Known({ about, uri, format }: { readonly about: About; readonly uri: string; readonly format: string }) {
  const { base } = useContext(Place);
  const [asTable, setAsTable] = useState(false);
  const content = `${base}/files/content?uri=${encodeURIComponent(uri)}`;
  const isTable = about.kind === "csv" || about.kind === "parquet";
  return (
    <>
      <div class="row">
        <span>{formatBytes(about.size)}</span>
        <a href={`${content}&download`} download>
          Download <bdi>{about.name}</bdi>
        </a>
        {isTable && !asTable && <Button onClick={() => setAsTable(true)}>Show as a table</Button>}
      </div>
      {about.kind === "picture" && <img class="data-picture" src={content} alt={about.name} loading="lazy" />}
      {about.kind === "text" && format !== "PythonPickle" && <Beginning text={about.text} size={about.size} />}
      {asTable && <TableValue uri={uri} bare />}
    </>
  );
}

function Beginning({ text, size }: { readonly text: string; readonly size: number }) {
  return (
    <details class="data-node">
      <summary>{new Blob([text]).size < size ? "How it begins" : "What is in it"}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}

/** A URI as text, and what copies it. */
export function Address({ uri }: { readonly uri: string }) {
  return (
    <span class="data-address">
      <code dir="ltr">{uri}</code>
      <CopyButton text={uri} label="URI" />
    </span>
  );
}
