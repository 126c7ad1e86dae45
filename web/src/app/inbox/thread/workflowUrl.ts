/** Address of a workflow in the Temporal UI; null without one. */
export function workflowUrl(temporalUiUrl: string | null, workflowId: string | null): string | null {
  if (temporalUiUrl === null || workflowId === null) return null;
  const base = temporalUiUrl.replace(/\/$/, '');
  return `${base.includes('/namespaces/') ? base : `${base}/namespaces/default`}/workflows/${encodeURIComponent(workflowId)}`;
}
