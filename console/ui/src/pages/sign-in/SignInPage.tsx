// Where a viewer without credentials begins: the ways in that this console has.
import { useEffect, useState } from "preact/hooks";
import { asProblem, get } from "../../api/client";
import { Notice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { TokenForm } from "./TokenForm";

interface Entrances {
  /** It runs on the viewer's own machine. */
  readonly local: boolean;
  /** A viewer may paste a token. */
  readonly token: boolean;
  /** A proxy in front of it signs viewers in. */
  readonly proxy: boolean;
}

export function SignInPage() {
  const [entrances, setEntrances] = useState<Entrances>();
  const [problem, setProblem] = useState("");
  useEffect(() => {
    get<Entrances>("/api/entrances").then(setEntrances, (error: unknown) => {
      setProblem(asProblem(error).message);
    });
  }, []);
  return (
    <>
      <PageHeader title="Sign in" />
      {problem !== "" && <Notice kind="error">{problem}</Notice>}
      {entrances?.local && (
        <Notice kind="warning">
          This address was used already, or its console has ended. Run <code>glider console</code> again, or use the tab
          where it is open.
        </Notice>
      )}
      {entrances?.token && <TokenForm />}
      {entrances?.proxy && (
        <Notice kind="info">
          A proxy in front of this console signs you in. Reload the page to go there. If that leads here again, the
          console's log has the reason: ask whoever administers it.
        </Notice>
      )}
    </>
  );
}
