// The frame of every page: navigation, who looks, and the page that the address names.
import { useEffect } from "preact/hooks";
import { Redirect, Route, Switch, useLocation } from "wouter-preact";
import { Notice } from "../components/Notice";
import { Navigation } from "./Navigation";
import { PageBoundary } from "./PageBoundary";
import { PAGES } from "./pages";
import { useFocusOnPage } from "./useFocusOnPage";
import { useViewer } from "./viewer";

export function App() {
  const { viewer, problem } = useViewer();
  const [path] = useLocation();
  useFocusOnPage();
  useEffect(() => {
    document.documentElement.dataset.ready = String(viewer !== undefined || problem !== undefined);
  }, [viewer, problem]);
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <Navigation viewer={viewer} />
      <main id="main" tabIndex={-1}>
        {problem !== undefined && <Notice kind="error">{problem.message}</Notice>}
        <PageBoundary at={path}>
          <Switch>
            <Route path="/">
              <Redirect to="/executions" replace />
            </Route>
            {PAGES.map((page) => (
              <Route key={page.path} path={page.path} component={page.component} />
            ))}
            <Route>
              <Notice kind="warning">There is no such page. The navigation above leads to those that there are.</Notice>
            </Route>
          </Switch>
        </PageBoundary>
      </main>
    </>
  );
}
