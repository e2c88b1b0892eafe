// The form that runs a task again which is written out in an execution: it has no template whose page would have the form.

import { Link } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { PageHeader } from "../../components/PageHeader";
import { LaunchForm } from "./LaunchForm";

export function RerunPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  const { namespace, name } = params;
  return (
    <>
      <PageHeader
        title={`Rerun ${name} with changes`}
        crumbs={
          <>
            <Link href="/executions">Executions</Link> /{" "}
            <Link href={pageOf(namespace, name)}>
              {namespace}/{name}
            </Link>
          </>
        }
      />
      <LaunchForm key={`${namespace}/${name}`} source={{ kind: "executions", namespace, name }} />
    </>
  );
}
