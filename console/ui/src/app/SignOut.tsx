// Signing out: the browser forgets the token. What the cluster's own log-in keeps is left to it.
import { useState } from "preact/hooks";
import { asProblem, post } from "../api/client";
import { Button } from "../components/Button";

export function SignOut() {
  const [problem, setProblem] = useState("");
  async function signOut() {
    try {
      await post("/api/sign-out", {});
      location.assign("/sign-in");
    } catch (error) {
      setProblem(asProblem(error).message);
    }
  }
  return (
    <>
      <Button onClick={signOut}>Sign out</Button>
      {problem !== "" && (
        <p role="alert" class="field-error">
          {problem}
        </p>
      )}
    </>
  );
}
