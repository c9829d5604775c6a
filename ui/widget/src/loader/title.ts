/** "(2) " before the title of the page while it is hidden and something is unread. */
export function titleNotice(): (unread: number) => void {
  let prefix = "";
  let unread = 0;

  function set(next: string) {
    const bare = document.title.startsWith(prefix)
      ? document.title.slice(prefix.length)
      : document.title;
    prefix = next;
    if (document.title !== next + bare) document.title = next + bare;
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && prefix) set("");
  });
  return (now) => {
    const more = now > unread;
    unread = now;
    if (!now) set("");
    else if (document.hidden && (more || prefix)) set(`(${now}) `);
  };
}
