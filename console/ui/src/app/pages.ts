// Every page and its address. A page is in a folder of its own below pages/.
import type { ComponentType } from "preact";
import { ExecutionPage } from "../pages/execution/ExecutionPage";
import { ExecutionsPage } from "../pages/executions/ExecutionsPage";
import { HealthPage } from "../pages/health/HealthPage";
import { SignInPage } from "../pages/sign-in/SignInPage";
import { TaskPage } from "../pages/tasks/TaskPage";
import { RerunPage } from "../pages/templates/RerunPage";
import { TemplatePage } from "../pages/templates/TemplatePage";
import { TemplatesPage } from "../pages/templates/TemplatesPage";

export interface Page {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: each page takes the parameters that its path names
  readonly component: ComponentType<any>;
  /** Its name in the navigation; none for pages that others lead to. */
  readonly label?: string;
}

export const PAGES: readonly Page[] = [
  { path: "/executions", component: ExecutionsPage, label: "Executions" },
  { path: "/executions/:namespace/:name", component: ExecutionPage },
  { path: "/executions/:namespace/:name/rerun", component: RerunPage },
  { path: "/templates", component: TemplatesPage, label: "Templates" },
  { path: "/templates/:namespace/:name", component: TemplatePage },
  { path: "/tasks/:namespace/:name", component: TaskPage },
  { path: "/health", component: HealthPage, label: "Health" },
  { path: "/sign-in", component: SignInPage },
];
