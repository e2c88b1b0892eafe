// The operator, as it sees itself.
export function HealthPage() {
  return <h1>Health</h1>;
}
