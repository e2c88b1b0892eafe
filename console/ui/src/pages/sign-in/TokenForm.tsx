// Signing in with a token of the cluster's. The console passes it on to the API server and keeps it in this browser only.
import { useState } from "preact/hooks";
import { asProblem, Problem, post } from "../../api/client";
import { Button } from "../../components/Button";
import { Disclosure } from "../../components/Disclosure";
import { Field } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { addressAfter } from "./returning";
import "./sign-in.css";

export function TokenForm() {
  const [token, setToken] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  async function signIn(event: Event) {
    event.preventDefault();
    if (busy) {
      return;
    }
    if (token.trim() === "") {
      setProblem(new Problem(422, "Field", "Paste a token first.", "token"));
      return;
    }
    setBusy(true);
    try {
      await post("/api/sign-in", { token });
      location.assign(addressAfter(location.search, location.origin));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  }

  return (
    <form class="sign-in stack" onSubmit={signIn} noValidate>
      <p>You see and do here what your token allows with kubectl, and nothing else.</p>
      {problem !== undefined && (
        <Notice kind="error">{problem.field === "token" ? "You aren't signed in." : problem.message}</Notice>
      )}
      <Field
        label="Token"
        docs="A bearer token of this cluster. It stays in this browser until you sign out or close it."
        error={problem?.field === "token" ? problem.message : undefined}
        required
      >
        {(attributes) => (
          <div class="sign-in-token">
            <input
              {...attributes}
              class="input mono"
              type={shown ? "text" : "password"}
              name="token"
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
            <Button aria-pressed={shown} onClick={() => setShown(!shown)}>
              Show
            </Button>
          </div>
        )}
      </Field>
      <div class="row">
        <Button kind="primary" type="submit" busy={busy}>
          Sign in
        </Button>
      </div>
      <Disclosure summary="How to get a token">
        <p>For a service account, here for eight hours:</p>
        <pre class="code">kubectl create token NAME --namespace NAMESPACE --duration 8h</pre>
        <p>If you log in to the cluster by a command, that command often prints a token, too.</p>
      </Disclosure>
    </form>
  );
}
