/** Two short notes when somebody answers; made here, so there is no file to fetch. */

import { signal } from "@preact/signals";
import { kept } from "./kept";

export const soundOn = signal(kept.get("sound") !== "off");

let audio: AudioContext | null = null;

/** Browsers let a page sound only after somebody has used it. */
function wake() {
  if (audio || typeof AudioContext === "undefined") return;
  audio = new AudioContext();
}

export function prepareSound(): void {
  for (const event of ["pointerdown", "keydown"] as const)
    window.addEventListener(event, wake, { once: true, capture: true });
}

export function setSound(on: boolean): void {
  soundOn.value = on;
  kept.put("sound", on ? null : "off");
  if (on) chime();
}

export function chime(): void {
  if (!soundOn.value || !audio) return;
  const now = audio.currentTime;
  for (const [pitch, at] of [
    [659.3, 0],
    [880, 0.11],
  ] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.type = "sine";
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, now + at);
    volume.gain.exponentialRampToValueAtTime(0.12, now + at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, now + at + 0.28);
    tone.connect(volume).connect(audio.destination);
    tone.start(now + at);
    tone.stop(now + at + 0.3);
  }
}
