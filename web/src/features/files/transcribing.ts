import { create } from "zustand";
import type { Client } from "../../client/client.ts";

/** Whether the server writes down what is said; null until it was asked. */
const useTranscribing = create<{ isOn: boolean | null }>(() => ({ isOn: null }));

export function useTranscribes(): boolean {
  return useTranscribing(({ isOn }) => isOn === true);
}

export function wantTranscribing(client: Client): void {
  if (useTranscribing.getState().isOn !== null) return;
  useTranscribing.setState({ isOn: false });
  client.call("transcription.state", {}).then(
    ({ state }) => useTranscribing.setState({ isOn: state !== "off" }),
    () => useTranscribing.setState({ isOn: null }),
  );
}
