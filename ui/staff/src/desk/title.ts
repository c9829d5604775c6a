/** The title of the page: what is unread, and an offer that blinks in it. */
let unread = 0;
let offer: string | null = null;
let timer: ReturnType<typeof setInterval> | undefined;
let lit = false;

function draw(): void {
  const count = unread > 0 ? `(${unread}) ` : "";
  document.title = offer && lit ? `● ${offer}` : `${count}Desk · linger`;
}

export function setUnread(count: number): void {
  unread = count;
  draw();
}

/** Blinks until it is null again. */
export function setOffer(text: string | null): void {
  offer = text;
  clearInterval(timer);
  lit = offer !== null;
  if (offer !== null) {
    timer = setInterval(() => {
      lit = !lit;
      draw();
    }, 1000);
  }
  draw();
}
