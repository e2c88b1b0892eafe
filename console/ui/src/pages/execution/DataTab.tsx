// What the execution was given, and what it returned.
import { type ExecutionProps, handleOf, isFinished, pathOf } from "../../api/execution";
import { Skeleton } from "../../components/Waiting";
import "./data/data.css";
import { Place } from "./data/place";
import { Unread } from "./data/Unread";
import { useAnswer } from "./data/useAnswer";
import { ValueTree } from "./data/ValueTree";
import type { Side, Values } from "./data/values";

export function DataTab({ execution }: ExecutionProps) {
  const { namespace, uid } = execution.metadata;
  const base = pathOf(namespace, handleOf(execution));
  return (
    <div class="data-sides">
      <OneSide key={uid} base={base} side="inputs" title="Inputs" />
      <OneSide key={`${uid} ${isFinished(execution)}`} base={base} side="outputs" title="Outputs" />
    </div>
  );
}

function OneSide({ base, side, title }: { readonly base: string; readonly side: Side; readonly title: string }) {
  const { found, problem, again } = useAnswer<Values>(`${base}/${side}`);
  return (
    <section class="section" aria-labelledby={`data-${side}`}>
      <h2 id={`data-${side}`}>{title}</h2>
      {problem !== undefined && <Unread problem={problem} again={again} />}
      {found === undefined && problem === undefined && <Skeleton lines={4} label={`Loading the ${side}`} />}
      {found !== undefined && found.message !== "" && <p class="muted">{found.message}</p>}
      {found !== undefined && found.values.length > 0 && (
        <Place.Provider value={{ base, side }}>
          <ValueTree values={found.values} label={title} />
        </Place.Provider>
      )}
    </section>
  );
}
