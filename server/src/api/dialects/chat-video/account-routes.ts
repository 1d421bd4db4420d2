import { limits } from "@parley/protocol/limits";
import { email, password, username } from "@parley/protocol/users";
import { z } from "zod";
import { readFormFile } from "../forms.ts";
import { route } from "../route.ts";
import { fromNames, nameFields, names, toUser, user } from "./shapes.ts";

export const accountRoutes = [
  route({
    method: "GET",
    path: "/api/users/me",
    summary: "The signed-in person",
    who: "user",
    success: user,
    answer: async (call) => toUser(await call.ask("user.me", {})),
  }),
  route({
    method: "PUT",
    path: "/api/users/me",
    summary: "Change one's own profile: what is left out stays, an empty name is taken away",
    who: "user",
    names,
    body: z.object({ username: username.optional(), email: email.optional(), ...nameFields }),
    success: user,
    async answer(call, { body: { first_name, last_name, ...rest } }) {
      return toUser(await call.ask("user.update", { ...rest, ...fromNames({ first_name, last_name }) }));
    },
  }),
  route({
    method: "PUT",
    path: "/api/users/me/password",
    summary: "Change one's own password. Every other session ends",
    about: "A person who signed in with a one-time password can do only this, and see who they are.",
    who: "user",
    body: z.object({ current_password: z.string().min(1).max(1024), new_password: password }),
    status: 204,
    async answer(call, { body }) {
      await call.ask("password.change", body);
      return undefined;
    },
  }),
  route({
    method: "POST",
    path: "/api/users/me/avatar",
    summary: "Give oneself a profile picture: PNG, JPEG, WebP or GIF, by its bytes and not by its name",
    about: `At most ${limits.pictureBytes} bytes and 4096 pixels a side. Kept is its middle, as a WebP of 256 by 256.`,
    who: "user",
    file: "file",
    success: user,
    async answer(call) {
      const { body } = await readFormFile(call.request, { field: "file", most: limits.pictureBytes });
      const parts: Uint8Array[] = [];
      for await (const part of body) parts.push(part);
      return toUser(await call.ask("avatar.set", {}, Buffer.concat(parts)));
    },
  }),
];
