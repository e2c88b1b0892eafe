// The registered tasks, each with its versions; a search narrows them as it is typed.
import { useEffect } from "preact/hooks";
import { Link, useLocation, useSearch } from "wouter-preact";
import { useAnswer } from "../../api/useAnswer";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { Table } from "../../components/Table";
import { Time } from "../../components/Time";
import { EmptyState, Skeleton } from "../../components/Waiting";
import { useNamespaces } from "../executions/useNamespaces";
import { matching, type RegisteredTask, templatePath } from "./tasks";

/** More of them are a search away. */
const SHOWN = 200;
const VERSIONS = 5;

interface Answer {
  readonly tasks: readonly RegisteredTask[];
  readonly complete: boolean;
}

export function TemplatesPage() {
  const [path, navigate] = useLocation();
  const parameters = new URLSearchParams(useSearch());
  const namespace = parameters.get("namespace") ?? "";
  const text = parameters.get("text") ?? "";
  const { answer, problem } = useAnswer<Answer>(`/api/templates?${new URLSearchParams({ namespace })}`);
  const places = useNamespaces("tasktemplates");
  function set(name: string, value: string) {
    const next = new URLSearchParams(parameters);
    if (value === "") {
      next.delete(name);
    } else {
      next.set(name, value);
    }
    navigate(next.size === 0 ? path : `${path}?${next}`, { replace: true });
  }
  // Who may not list all namespaces begins with one of those where they may.
  const first = places?.all === false && namespace === "" ? places.namespaces[0] : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the page as it is opened
  useEffect(() => {
    if (first !== undefined) {
      set("namespace", first);
    }
  }, [first]);
  const found = matching(answer?.tasks ?? [], text);
  return (
    <>
      <PageHeader title="Templates" />
      <div class="stack">
        {/* biome-ignore lint/a11y/useSemanticElements: <search> is too new for some browsers */}
        <div class="toolbar" role="search" aria-label="Filters">
          <label class="field">
            <span class="field-note">Namespace</span>
            <input
              class="input"
              list="templates-namespaces"
              placeholder={places?.all === false ? "Name of a namespace" : "All namespaces"}
              value={namespace}
              onChange={(event) => set("namespace", event.currentTarget.value.trim())}
            />
            <datalist id="templates-namespaces">
              {(places?.namespaces ?? []).map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
          </label>
          <label class="field">
            <span class="field-note">Search</span>
            <input
              class="input"
              type="search"
              placeholder="Task, version or docs"
              value={text}
              onInput={(event) => set("text", event.currentTarget.value)}
            />
          </label>
        </div>
        {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
        {answer === undefined && problem === undefined && <Skeleton label="Loading the templates" />}
        {answer?.complete === false && (
          <Notice kind="warning">There are more templates than are shown here. Choose a namespace.</Notice>
        )}
        {answer !== undefined && <Tasks tasks={found} text={text} />}
      </div>
    </>
  );
}

function Tasks({ tasks, text }: { readonly tasks: readonly RegisteredTask[]; readonly text: string }) {
  if (tasks.length === 0) {
    return (
      <EmptyState title="No templates">
        <p>
          {text === "" ? (
            <>
              <code>glider register</code> registers the tasks of a project.
            </>
          ) : (
            "None has this text in its task, its version or its docs."
          )}
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      <Table label="Templates" columns={["Task", "Namespace", "Versions, newest first", "Registered"]}>
        {tasks.slice(0, SHOWN).map((task) => (
          <Row key={`${task.namespace}/${task.task}`} task={task} />
        ))}
      </Table>
      <p class="small muted" role="status">
        {tasks.length > SHOWN ? `${SHOWN} of ${tasks.length} tasks; a search finds the others.` : countOf(tasks.length)}
      </p>
    </>
  );
}

function countOf(number: number): string {
  return number === 1 ? "One task." : `${number} tasks.`;
}

function Row({ task }: { readonly task: RegisteredTask }) {
  const [newest] = task.versions;
  const shown = task.versions.slice(0, VERSIONS);
  const others = task.versions.slice(VERSIONS);
  return (
    <tr>
      <th scope="row">
        {newest !== undefined && <Link href={templatePath(task.namespace, newest.name)}>{task.task}</Link>}
        {task.docs !== "" && <div class="small muted">{task.docs}</div>}
      </th>
      <td>{task.namespace}</td>
      <td>
        <Versions task={task} versions={shown} />
        {others.length > 0 && (
          <details class="disclosure">
            <summary>
              {others.length} more<span class="visually-hidden"> versions of {task.task}</span>
            </summary>
            <Versions task={task} versions={others} />
          </details>
        )}
      </td>
      <td class="nowrap">
        <Time at={newest?.created} ago />
      </td>
    </tr>
  );
}

function Versions({
  task,
  versions,
}: {
  readonly task: RegisteredTask;
  readonly versions: RegisteredTask["versions"];
}) {
  return (
    <span class="row">
      {versions.map((one) => (
        <Link key={one.name} class="mono" href={templatePath(task.namespace, one.name)}>
          {one.version === "" ? one.name : one.version}
        </Link>
      ))}
    </span>
  );
}
