import type { Route } from '../route.ts';

/** A page for people on the REST interface: self-contained, without a script. */
export function docsPage(routes: readonly Route[]): string {
  const tags = [...Map.groupBy(routes, (one) => one.tag)];
  const sections = tags
    .map(([tag, list]) => `<h2>${escape(tag)}</h2><table>${list.map(row).join('')}</table>`)
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Leadline API</title>
<style>${STYLE}</style><h1>Leadline API</h1>
<p>Sign in with <code>POST /api/session</code> <code>{"email","password"}</code>. Changes carry the header <code>X-CSRF-Token</code> from <code>GET /api/me</code>,
and may carry an <code>Idempotency-Key</code>. Errors are problem details (RFC 9457), lists are <code>{items, next}</code>.
All schemas: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>${sections}</html>`;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
table{width:100%;border-collapse:collapse}td{padding:.4rem .5rem;border-top:1px solid #8884;vertical-align:top}td:first-child{width:4.5rem;font-weight:600}code{font-size:.93em}`;

function row({ method, path, summary }: Route): string {
  return `<tr><td>${method.toUpperCase()}</td><td><code>/api${escape(path.replace(/:(\w+)/g, '{$1}'))}</code></td><td>${escape(summary)}</td></tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
