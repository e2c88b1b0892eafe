// The execution, its template and its pods as YAML, to copy or to keep.
import type { ExecutionAnswer } from "../../api/execution";
import { handleOf, pathOf } from "../../api/execution";
import { Button, CopyButton } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Skeleton } from "../../components/Waiting";
import { useAnswer } from "./useAnswer";

interface YamlDocument {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

export function YamlTab({ answer }: { readonly answer: ExecutionAnswer }) {
  const { namespace } = answer.execution.metadata;
  const { answer: found, problem } = useAnswer<{ documents: readonly YamlDocument[] }>(
    `${pathOf(namespace, handleOf(answer.execution))}/yaml`,
    answer.version,
  );
  return (
    <div class="stack">
      {problem !== "" && <Notice kind="error">{problem}</Notice>}
      {found === undefined && problem === "" && <Skeleton />}
      {found?.documents.map((document) => (
        <section key={`${document.kind} ${document.name}`} class="section" aria-label={titleOf(document)}>
          <div class="execution-timeline-title">
            <h2>{titleOf(document)}</h2>
            <CopyButton text={document.text} label="YAML" />
            <Button kind="quiet" icon="download" onClick={() => download(document)}>
              Download
            </Button>
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
          <pre class="code" tabIndex={0}>
            {document.text}
          </pre>
        </section>
      ))}
    </div>
  );
}

function titleOf(document: YamlDocument): string {
  return `${document.kind} ${document.name}`;
}

function download(document: YamlDocument): void {
  const link = window.document.createElement("a");
  link.href = URL.createObjectURL(new Blob([document.text], { type: "application/yaml" }));
  link.download = `${document.kind.toLowerCase()}-${document.name}.yaml`;
  link.click();
  URL.revokeObjectURL(link.href);
}
