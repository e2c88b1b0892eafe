// One execution, with all that is known about it.
export function ExecutionPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  return (
    <h1>
      {params.namespace}/{params.name}
    </h1>
  );
}
