/** What is written down, in the words of docs/SECURITY.md. */
const NAMES: Record<string, string> = {
  sign_in: "Signed in",
  sign_in_failed: "Sign-in failed",
  sign_out: "Signed out",
  session_revoked: "Session ended",
  password_changed: "Password changed",
  password_removed: "Password removed",
  second_factor_added: "Second factor added",
  second_factor_removed: "Second factor removed",
  recovery_codes_renewed: "Recovery codes renewed",
  api_key_made: "API key made",
  api_key_revoked: "API key revoked",
  refused: "Refused",
  config_changed: "Configuration changed",
  capacity_override: "Over capacity",
  force_closed: "Closed by a supervisor",
  exported: "Exported",
  device_revoked: "Device revoked",
  device_reused: "Device copied",
  device_linked: "Device linked",
  erased: "Customer erased",
};

export const WHAT = Object.keys(NAMES);

export const sayWhat = (what: string) => NAMES[what] ?? what.replaceAll("_", " ");

/** What needs a second look. */
export const colorOf = (what: string): string => {
  if (["sign_in_failed", "refused", "device_reused"].includes(what)) return "orange";
  if (["erased", "force_closed"].includes(what)) return "red";
  return what === "config_changed" ? "accent" : "gray";
};
