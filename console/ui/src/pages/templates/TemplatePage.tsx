// One registered task: the form that runs it, what it takes and returns, and how it runs.
import { Link, useLocation, useSearch } from "wouter-preact";
import { useAnswer } from "../../api/useAnswer";
import { CopyButton } from "../../components/Button";
import { KeyValues } from "../../components/KeyValues";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Table } from "../../components/Table";
import { Tabs } from "../../components/Tabs";
import { Time } from "../../components/Time";
import { Skeleton } from "../../components/Waiting";
import { LaunchForm } from "./LaunchForm";
import { templatePath } from "./tasks";
import { type Answer, factsOf } from "./template";

const TABS = [
  { id: "run", label: "Run" },
  { id: "details", label: "Details" },
  { id: "yaml", label: "YAML" },
];

export function TemplatePage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  const { namespace, name } = params;
  const [path, navigate] = useLocation();
  const search = useSearch();
  const tab = new URLSearchParams(search).get("tab") ?? "run";
  const { answer, problem } = useAnswer<Answer>(`/api${templatePath(namespace, name)}`);
  const task = answer?.template.spec.id?.name ?? name;
  const select = (id: string) => {
    const next = new URLSearchParams(search);
    next.set("tab", id);
    navigate(`${path}?${next}`);
  };
  return (
    <>
      <PageHeader
        title={task}
        name={`Template ${name}`}
        crumbs={
          <>
            <Link href="/templates">Templates</Link> /{" "}
            <Link href={`/templates?namespace=${namespace}`}>{namespace}</Link> / {name}
          </>
        }
        actions={
          <>
            <Link href={`/executions?${new URLSearchParams({ namespace, task })}`}>Its executions</Link>
            <Link href={`/tasks/${encodeURIComponent(namespace)}/${encodeURIComponent(task)}`}>The task over time</Link>
          </>
        }
      />
      {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
      {answer === undefined && problem === undefined && <Skeleton />}
      {answer !== undefined && (
        <Tabs label="Parts of the template" tabs={TABS} selected={tab} onSelect={select}>
          {tab === "run" && (
            <div class="stack">
              {answer.docs !== "" && <p class="template-docs">{answer.docs}</p>}
              <LaunchForm key={`${namespace}/${name}`} source={{ kind: "templates", namespace, name }} />
            </div>
          )}
          {tab === "details" && <Details answer={answer} />}
          {tab === "yaml" && <Yaml text={answer.yaml} />}
        </Tabs>
      )}
    </>
  );
}

function Details({ answer }: { readonly answer: Answer }) {
  const { metadata } = answer.template;
  return (
    <div class="stack">
      {answer.problem !== undefined && <Notice kind="warning">{answer.problem}</Notice>}
      <KeyValues
        pairs={[
          ...factsOf(answer.template).map(([label, value]) => [label, value] as const),
          ["Registered", <Time key="registered" at={metadata.creationTimestamp} ago />] as const,
        ]}
      />
      <section class="section">
        <h2>Inputs</h2>
        {answer.inputs.length === 0 ? (
          <p class="muted">It takes none.</p>
        ) : (
          <Table label="Inputs" columns={["Name", "Type", "Default", "Docs"]}>
            {answer.inputs.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td class="mono">{one.type}</td>
                <td class="mono">{one.default}</td>
                <td>{one.docs}</td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      <section class="section">
        <h2>Outputs</h2>
        {answer.outputs.length === 0 ? (
          <p class="muted">It returns none.</p>
        ) : (
          <Table label="Outputs" columns={["Name", "Type", "Docs"]}>
            {answer.outputs.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td class="mono">{one.type}</td>
                <td>{one.docs}</td>
              </tr>
            ))}
          </Table>
        )}
      </section>
    </div>
  );
}

function Yaml({ text }: { readonly text: string }) {
  return (
    <section class="section" aria-label="The TaskTemplate as YAML">
      <div class="row">
        <CopyButton text={text} label="YAML" />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre class="code" tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
