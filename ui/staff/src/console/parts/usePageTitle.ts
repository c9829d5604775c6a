import { useEffect } from "react";

/** What the tab of the browser is called. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Console · linger`;
  }, [title]);
}
