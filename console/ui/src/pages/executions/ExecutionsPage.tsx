// All executions that the viewer may see.
export function ExecutionsPage() {
  return <h1>Executions</h1>;
}
