/** The time zones that the browser knows, which are those of the server. */
export const ZONES: string[] = (() => {
  try {
    const known = Intl.supportedValuesOf("timeZone");
    return known.includes("UTC") ? known : ["UTC", ...known];
  } catch {
    return ["UTC"];
  }
})();

export const ownZone = () => {
  try {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  } catch {
    return "UTC";
  }
};

/** What time it is in a zone, with the weekday. */
export function timeIn(zone: string, at = Date.now()): string | null {
  try {
    return new Intl.DateTimeFormat(undefined, {
      weekday: "long",
      hour: "2-digit",
      minute: "2-digit",
      timeZone: zone,
    }).format(at);
  } catch {
    return null;
  }
}
