// A table in the store: its columns with their types, and the first rows.
import { useContext } from "preact/hooks";
import { formatBytes, formatCount } from "../../../components/format";
import { Spinner } from "../../../components/Waiting";
import { Address } from "./FileValue";
import { Place } from "./place";
import { Unread } from "./Unread";
import { useAnswer } from "./useAnswer";

interface Rows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Of the file; unknown where only its beginning was read. */
  readonly total: number | null;
  readonly moreColumns: number;
  /** Of the file that is shown. */
  readonly uri: string;
  readonly files: number;
  readonly size: number;
}

/** `bare`: its address is shown already. */
export function TableValue({ uri, bare = false }: { readonly uri: string; readonly bare?: boolean }) {
  const { base } = useContext(Place);
  const { found, problem, again } = useAnswer<Rows>(`${base}/files/table?uri=${encodeURIComponent(uri)}`);
  return (
    <div class="data-file">
      {!bare && <Address uri={uri} />}
      {problem !== undefined && <Unread problem={problem} again={again} />}
      {found === undefined && problem === undefined && <Spinner label="Reading the table" />}
      {found !== undefined && <Known table={found} uri={uri} />}
    </div>
  );
}

function Known({ table, uri }: { readonly table: Rows; readonly uri: string }) {
  const { base } = useContext(Place);
  return (
    <>
      <div class="row">
        <span>{countsOf(table)}</span>
        <a href={`${base}/files/content?uri=${encodeURIComponent(table.uri)}&download`} download>
          Download the file ({formatBytes(table.size)})
        </a>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a section would be one more landmark without a heading */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <div class="table-frame data-rows" role="region" aria-label={`First rows of ${uri}`} tabIndex={0}>
        <table class="table">
          <thead>
            <tr>
              {table.columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                <th key={index} scope="col">
                  <bdi>{column.name}</bdi>
                  {column.type !== "" && <span class="data-type">{column.type}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows never change places
              <tr key={number}>
                {row.map((cell, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: nor do cells
                  <td key={index}>{cell === null ? <span class="muted">null</span> : <bdi>{cell}</bdi>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

export function countsOf(table: Pick<Rows, "columns" | "rows" | "total" | "moreColumns" | "files">): string {
  const shown = formatCount(table.rows.length);
  const all = table.total === null ? undefined : formatCount(table.total);
  const rows =
    all === undefined ? `the first ${shown} rows` : shown === all ? `${all} rows` : `the first ${shown} of ${all} rows`;
  const columns = table.columns.length + table.moreColumns;
  const wide = table.moreColumns > 0 ? `the first ${table.columns.length} of ${columns} columns` : `${columns} columns`;
  const files = table.files > 1 ? `; the first of ${formatCount(table.files)} files` : "";
  return `${rows[0]?.toUpperCase()}${rows.slice(1)}, ${wide}${files}`;
}
