/** Icons, drawn as lines on a grid of 24. */

const paths = {
  close: "M6 6 18 18M18 6 6 18",
  more: "M5 11.5v1M12 11.5v1M19 11.5v1",
  send: "M12 19V5M5 12l7-7 7 7",
  smile:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8.5 14.5c.8 1.2 2 2 3.5 2s2.7-.8 3.5-2M9 9.5h.01M15 9.5h.01",
  down: "M12 5v14M5 12l7 7 7-7",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4l2.5 2.5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  checks: "m2 12.5 4.5 4.5L15 8M11.5 16l1 1L22 7.5",
  alert: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v5M12 16h.01",
  chat: "M21 12a8 8 0 0 1-8 8H4l1.8-3.2A8 8 0 1 1 21 12Z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
