// One registered task, and the form that runs it.
export function TemplatePage({ params }: { readonly params: { readonly namespace: string; readonly name: string } }) {
  return (
    <h1>
      {params.namespace}/{params.name}
    </h1>
  );
}
