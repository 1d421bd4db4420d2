let context: AudioContext | undefined;

/** Two soft notes, the second higher. */
const notes = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.11 },
] as const;
const length = 0.22;
const loudness = 0.12;

/** A short sound. A browser in which the person has not touched the page yet keeps quiet. */
export async function playSound(): Promise<void> {
  if (typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  const playing = context;
  await playing.resume();
  for (const { hertz, at } of notes) {
    const from = playing.currentTime + at;
    const tone = new OscillatorNode(playing, { frequency: hertz, type: "sine" });
    const volume = new GainNode(playing, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(loudness, from + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, from + length);
    tone.connect(volume).connect(playing.destination);
    tone.start(from);
    tone.stop(from + length);
  }
}
