// What became of the executions of one task.
export function TaskPage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  return (
    <h1>
      {params.namespace}/{params.name}
    </h1>
  );
}
