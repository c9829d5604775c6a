/**
 * On phones the panel fills the screen, and the keyboard covers a part of it without any change of
 * the layout: the panel follows the part that is seen.
 */
export function fitKeyboard(panel: HTMLElement, isOpen: () => boolean): () => void {
  const small = matchMedia("(max-width:480px),(max-height:420px)");
  const seen = window.visualViewport;
  const page = document.documentElement.style;
  let before: string | null = null;

  function fit() {
    const full = isOpen() && small.matches;
    // The page must not scroll under a panel that hides it.
    if (full && before === null) {
      before = page.overflow;
      page.overflow = "hidden";
    } else if (!full && before !== null) {
      page.overflow = before;
      before = null;
    }
    panel.style.height = full && seen ? `${seen.height}px` : "";
    panel.style.top = full && seen ? `${seen.offsetTop}px` : "";
    panel.style.bottom = full && seen ? "auto" : "";
  }

  seen?.addEventListener("resize", fit);
  seen?.addEventListener("scroll", fit);
  small.addEventListener("change", fit);
  return fit;
}
