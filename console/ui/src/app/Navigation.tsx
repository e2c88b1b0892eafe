// The bar at the top: the pages, and who the viewer is.
import { Link, useLocation } from "wouter-preact";
import { AccountMenu } from "./AccountMenu";
import icon from "./icon.svg";
import { PAGES } from "./pages";
import type { Viewer } from "./viewer";

export function Navigation({ viewer }: { readonly viewer: Viewer | undefined }) {
  const [location] = useLocation();
  return (
    <header class="bar">
      <Link href="/executions" class="brand">
        <img src={icon} alt="" width="18" height="18" />
        Glider
      </Link>
      <nav aria-label="Pages">
        {PAGES.filter((page) => page.label !== undefined).map((page) => (
          <Link key={page.path} href={page.path} aria-current={location.startsWith(page.path) ? "page" : undefined}>
            {page.label}
          </Link>
        ))}
      </nav>
      <AccountMenu viewer={viewer} />
    </header>
  );
}
