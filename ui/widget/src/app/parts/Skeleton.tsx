import { t } from "../locales";

/** Has the shape of what comes, so that nothing jumps. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label={t().loading}>
      <span />
      <span />
      <span />
    </div>
  );
}
