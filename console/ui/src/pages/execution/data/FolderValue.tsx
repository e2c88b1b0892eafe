// A folder in the store: its files, each to be shown when somebody wants it.
import { useContext, useState } from "preact/hooks";
import { Button } from "../../../components/Button";
import { formatBytes, formatCount } from "../../../components/format";
import { Table } from "../../../components/Table";
import { Spinner } from "../../../components/Waiting";
import { Address, FileValue } from "./FileValue";
import { Place } from "./place";
import { Unread } from "./Unread";
import { useAnswer } from "./useAnswer";

interface Listed {
  readonly name: string;
  readonly size: number;
  readonly uri: string;
}

interface Listing {
  readonly files: readonly Listed[];
  readonly more: boolean;
}

export function FolderValue({ uri }: { readonly uri: string }) {
  const { base } = useContext(Place);
  const { found, problem, again } = useAnswer<Listing>(`${base}/files/folder?uri=${encodeURIComponent(uri)}`);
  return (
    <div class="data-file">
      <Address uri={uri} />
      {problem !== undefined && <Unread problem={problem} again={again} />}
      {found === undefined && problem === undefined && <Spinner label="Reading the folder" />}
      {found !== undefined && <Files listing={found} uri={uri} />}
    </div>
  );
}

function Files({ listing, uri }: { readonly listing: Listing; readonly uri: string }) {
  const [chosen, setChosen] = useState<Listed>();
  if (listing.files.length === 0) {
    return <p class="muted">There are no files in it.</p>;
  }
  const count = formatCount(listing.files.length);
  return (
    <>
      <p class="muted small">
        {listing.more
          ? `The first ${count} files; there are more. `
          : `${count} ${listing.files.length === 1 ? "file" : "files"}, `}
        {formatBytes(listing.files.reduce((sum, file) => sum + file.size, 0))}
      </p>
      <div class="data-folder">
        <Table label={`Files in ${uri}`} columns={["File", { header: "Size", number: true }]}>
          {listing.files.map((file) => (
            <tr key={file.name}>
              <td>
                <Button kind="quiet" aria-pressed={chosen === file} onClick={() => setChosen(file)}>
                  <bdi>{file.name}</bdi>
                </Button>
              </td>
              <td class="number">{formatBytes(file.size)}</td>
            </tr>
          ))}
        </Table>
      </div>
      {chosen !== undefined && <FileValue key={chosen.uri} uri={chosen.uri} format="" />}
    </>
  );
}
