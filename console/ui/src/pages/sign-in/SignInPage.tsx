// Where a viewer without credentials begins.
export function SignInPage() {
  return <h1>Sign in</h1>;
}
