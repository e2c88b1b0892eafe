// The form that runs a task again which is written out in an execution: it has no template whose page would have the form.

import { useState } from "preact/hooks";
import { Link, useSearch } from "wouter-preact";
import { pageOf } from "../../api/execution";
import { PageHeader } from "../../components/PageHeader";
import { LaunchForm } from "./LaunchForm";

export function RerunPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  const { namespace, name } = params;
  const search = useSearch();
  // One of the history is addressed by its UID. The form rewrites the address.
  const [title] = useState(() => new URLSearchParams(search).get("of") ?? name);
  return (
    <>
      <PageHeader
        title={`Rerun ${title} with changes`}
        crumbs={
          <>
            <Link href="/executions">Executions</Link> /{" "}
            <Link href={pageOf(namespace, name)}>
              {namespace}/{title}
            </Link>
          </>
        }
      />
      <LaunchForm key={`${namespace}/${name}`} source={{ kind: "executions", namespace, name }} />
    </>
  );
}
