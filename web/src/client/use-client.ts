import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { Client } from "./client.ts";
import type { View } from "./view.ts";

const context = createContext<Client | null>(null);

export const ClientProvider = context.Provider;

export function useClient(): Client {
  const client = useContext(context);
  if (!client) throw new Error("there is no client around this component");
  return client;
}

/** A part of what is shown. `select` must give the same value while nothing it reads has changed. */
export function useView<Part>(select: (view: View) => Part): Part {
  return useStore(useClient().view, select);
}
