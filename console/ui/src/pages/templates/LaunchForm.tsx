// The form that runs a task: a control for each input, what it makes beside it, and what is wrong with that, field by field.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation, useSearch } from "wouter-preact";
import { asProblem, type Problem, post } from "../../api/client";
import { pageOf } from "../../api/execution";
import { useAnswer } from "../../api/useAnswer";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Skeleton } from "../../components/Waiting";
import { heldIn, searchWith } from "./address";
import { PartControl } from "./Controls";
import { type Entries, type Entry, type Form, INPUTS, pathsOf, placed, type Settings, shownBefore } from "./form";
import { Preview } from "./Preview";
import { SETTING_PATHS, SettingsControls } from "./SettingsControls";
import { useCheck } from "./useCheck";
import "./launch.css";

export interface Source {
  readonly kind: "templates" | "executions";
  readonly namespace: string;
  readonly name: string;
}

/** The form of `source`, as the address and the execution that it names fill it in. */
export function LaunchForm({ source }: { readonly source: Source }) {
  const search = useSearch();
  // The form writes to the address as it is filled in; only what it begins with is read from there.
  const [begun] = useState(search);
  const base = `/api/${source.kind}/${encodeURIComponent(source.namespace)}/${encodeURIComponent(source.name)}`;
  const { answer, problem } = useAnswer<Form>(`${base}/form?${askedFor(begun)}`);
  if (problem !== undefined) {
    return <Notice kind="error">{problem.message}</Notice>;
  }
  return answer === undefined ? (
    <Skeleton label="Loading the form" />
  ) : (
    <Filled source={source} base={base} form={answer} begun={begun} />
  );
}

function askedFor(search: string): string {
  const parameters = new URLSearchParams(search);
  const kept = ["from", "inputs"].flatMap((name) => parameters.getAll(name).map((value) => [name, value]));
  return new URLSearchParams(kept).toString();
}

interface FilledProps {
  readonly source: Source;
  readonly base: string;
  readonly form: Form;
  readonly begun: string;
}

function Filled({ source, base, form, begun }: FilledProps) {
  const held = useMemo(() => heldIn(begun), [begun]);
  const [inputs, setInputs] = useState<Entries>(form.inputs);
  const [settings, setSettings] = useState<Settings>(held.settings ?? form.settings);
  const [name, setName] = useState(form.name);
  const [yaml, setYaml] = useState(held.yaml ?? "");
  const [tried, setTried] = useState(false);
  const element = useRef<HTMLFormElement>(null);

  const body = { form: { name, inputs: withoutMissing(inputs), settings, labels: form.labels, spec: form.spec, yaml } };
  const { checked, problem, current, check } = useCheck(`${base}/check`, body);
  const kept = useAddress({ inputs, settings, yaml }, begun);
  const launching = useLaunching(source, form.name, JSON.stringify(body));

  const mistakes = [...(checked?.errors ?? []), ...launching.mistakes];
  const paths = form.fields.flatMap((part) => pathsOf(part.control, inputs[part.name], `${INPUTS}.${part.name}`));
  const shown = tried || yaml !== "" ? mistakes : shownBefore(mistakes, inputs);
  const errors = placed(shown, yaml === "" ? [...paths, ...SETTING_PATHS] : []);

  async function run(event: Event) {
    event.preventDefault();
    if (launching.busy || form.forbidden !== "") {
      return;
    }
    setTried(true);
    const found = current ? checked : await check();
    if (found === undefined) {
      return;
    }
    if (found.errors.length > 0) {
      requestAnimationFrame(() => focusFirst(element.current));
      return;
    }
    await launching.launch(body.form, found.now);
  }

  return (
    <form class="launch" ref={element} onSubmit={run} noValidate aria-label="Run the task">
      <div class="stack launch-fields">
        <Notices form={form} errors={errors.get("") ?? []} problem={launching.problem ?? problem} kept={kept} />
        {yaml === "" ? (
          <>
            <Inputs form={form} inputs={inputs} errors={errors} onChange={setInputs} />
            <SettingsControls {...{ name, settings, errors }} onName={setName} onChange={setSettings} />
          </>
        ) : (
          <Notice kind="info">The YAML beside it counts now, in place of the form.</Notice>
        )}
        <div class="row">
          <Button kind="primary" type="submit" icon="play" busy={launching.busy} reason={form.forbidden}>
            Run
          </Button>
          {form.forbidden !== "" && <span class="field-note">{form.forbidden}</span>}
          {tried && mistakes.length > 0 && (
            <span class="field-error" role="status">
              {mistakes.length === 1 ? "One field is wrong." : `${mistakes.length} fields are wrong.`}
            </span>
          )}
        </div>
      </div>
      <Preview checked={checked} current={current} failed={problem !== undefined} yaml={yaml} onEdit={setYaml} />
    </form>
  );
}

/** What is left out isn't sent. */
function withoutMissing(inputs: Entries): Entries {
  return Object.fromEntries(Object.entries(inputs).filter(([, entry]) => entry !== undefined));
}

function focusFirst(form: HTMLFormElement | null): void {
  const wrong = form?.querySelector<HTMLElement>("[aria-invalid=true], fieldset[aria-describedby]");
  wrong?.focus();
}

function Notices({
  form,
  errors,
  problem,
  kept,
}: {
  readonly form: Form;
  readonly errors: readonly string[];
  readonly problem: Problem | undefined;
  readonly kept: boolean;
}) {
  return (
    <>
      {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
      {errors.map((message) => (
        <Notice key={message} kind="error">
          {message}
        </Notice>
      ))}
      {form.unknown.length > 0 && (
        <Notice kind="warning">
          This task doesn't have these inputs; they were left out: {form.unknown.join(", ")}.
        </Notice>
      )}
      {!kept && <Notice kind="info">The inputs are too long for an address, so this one doesn't hold them.</Notice>}
    </>
  );
}

function Inputs({
  form,
  inputs,
  errors,
  onChange,
}: {
  readonly form: Form;
  readonly inputs: Entries;
  readonly errors: ReadonlyMap<string, readonly string[]>;
  readonly onChange: (change: (before: Entries) => Entries) => void;
}) {
  if (form.fields.length === 0) {
    return <p class="muted">The task takes no inputs.</p>;
  }
  const set = (name: string, entry: Entry) => onChange((before) => ({ ...before, [name]: entry }));
  return (
    <>
      {form.fields.map((part) => (
        <PartControl
          key={part.name}
          part={part}
          entry={inputs[part.name]}
          path={`${INPUTS}.${part.name}`}
          errors={errors}
          begun={form.defaults[part.name]}
          onChange={(entry) => set(part.name, entry)}
        />
      ))}
    </>
  );
}

/** Writes what the form holds to the address; false where something is too long for it. */
function useAddress(held: { inputs: Entries; settings: Settings; yaml: string }, begun: string): boolean {
  const [path, navigate] = useLocation();
  const { search, kept } = searchWith(begun, { ...held, inputs: withoutMissing(held.inputs) });
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the form is one of the search
  useEffect(() => {
    // Nobody has entered anything yet: the address stays as somebody has shared it.
    if (first.current) {
      first.current = false;
      return;
    }
    const timer = setTimeout(() => navigate(search === "" ? path : `${path}?${search}`, { replace: true }), 150);
    return () => clearTimeout(timer);
  }, [search]);
  return kept;
}

interface Launching {
  readonly busy: boolean;
  readonly problem: Problem | undefined;
  readonly mistakes: readonly { readonly field: string; readonly message: string }[];
  readonly launch: (form: unknown, now: string) => Promise<void>;
}

/** Creates the execution, and leads to its page. However often it is asked for meanwhile, there is one. */
function useLaunching(source: Source, name: string, filled: string): Launching {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const running = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was refused is another form by now
  useEffect(() => setProblem(undefined), [filled]);
  async function launch(form: unknown, now: string): Promise<void> {
    if (running.current) {
      return;
    }
    running.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      const created = await post<{ namespace: string; name: string }>("/api/executions", { source, name, now, form });
      navigate(pageOf(created.namespace, created.name));
    } catch (error: unknown) {
      setProblem(asProblem(error));
      setBusy(false);
      running.current = false;
    }
  }
  const mistakes = problem?.field === undefined ? [] : [{ field: problem.field, message: problem.message }];
  return { busy, problem: problem?.field === undefined ? problem : undefined, mistakes, launch };
}
