/** The product's mark: two turns of one conversation. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden focusable="false">
      <rect width="24" height="24" rx="6" fill="var(--mantine-color-accent-6)" />
      <path d="M6 7.5h9M6 12h12M6 16.5h6" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" />
    </svg>
  );
}
