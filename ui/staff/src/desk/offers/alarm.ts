import { kept } from "../../kit";

/** Whether offers are heard, and shown by the system. */
export const sound = kept("linger-desk-sound", "on");
export const desktop = kept("linger-desk-notifications", "off");

let audio: AudioContext | null = null;

/** Two soft tones, made here: no file to load. Browsers let them through once the page was used. */
export function ring(): void {
  if (sound.get() !== "on") return;
  try {
    audio ??= new AudioContext();
    const context = audio;
    void context.resume();
    [660, 880].forEach((frequency, index) => {
      const at = context.currentTime + index * 0.16;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.12, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    });
  } catch {
    // No sound on this machine.
  }
}

/** Asks the browser; answers whether it may be done. */
export async function allowDesktop(): Promise<boolean> {
  if (typeof Notification === "undefined") return false;
  const answer = await Notification.requestPermission();
  desktop.set(answer === "granted" ? "on" : "off");
  return answer === "granted";
}

/** A notification of the system, when nobody looks at the page. */
export function notify(title: string, body: string, tag: string): () => void {
  const possible =
    desktop.get() === "on" &&
    typeof Notification !== "undefined" &&
    Notification.permission === "granted" &&
    (document.hidden || !document.hasFocus());
  if (!possible) return () => {};
  try {
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  } catch {
    // Phones want a service worker for it.
    return () => {};
  }
}
