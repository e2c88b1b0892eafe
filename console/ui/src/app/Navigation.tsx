// The bar at the top: the pages, and who the viewer is.
import { Link, useLocation } from "wouter-preact";
import { PAGES } from "./pages";
import type { Viewer } from "./viewer";

export function Navigation({ viewer }: { readonly viewer: Viewer | undefined }) {
  const [location] = useLocation();
  return (
    <header class="bar">
      <Link href="/executions" class="brand">
        Glider
      </Link>
      <nav aria-label="Pages">
        {PAGES.filter((page) => page.label !== undefined).map((page) => (
          <Link key={page.path} href={page.path} aria-current={location.startsWith(page.path) ? "page" : undefined}>
            {page.label}
          </Link>
        ))}
      </nav>
      {viewer !== undefined && <span class="viewer">{viewer.name}</span>}
    </header>
  );
}
