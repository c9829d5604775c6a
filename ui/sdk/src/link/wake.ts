/** Calls when the page is looked at again or the network is back. Answers how to stop. */
export function onWake(then: () => void): () => void {
  // Not in a browser: nothing sleeps.
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  const shown = () => {
    if (document.visibilityState === "visible") then();
  };
  window.addEventListener("online", then);
  window.addEventListener("offline", then);
  window.addEventListener("pageshow", then);
  document.addEventListener("visibilitychange", shown);
  return () => {
    window.removeEventListener("online", then);
    window.removeEventListener("offline", then);
    window.removeEventListener("pageshow", then);
    document.removeEventListener("visibilitychange", shown);
  };
}
