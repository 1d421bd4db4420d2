import { lazily } from "../../ui/lazily.tsx";

export type { ChosenRoom } from "./choose-rooms-dialog.tsx";
export { RoomAvatar, roomNameIn, useRoom, useRoomName } from "./room.tsx";
export { RoomHeader } from "./room-header.tsx";
export { RoomList } from "./room-list.tsx";

export const BrowseRoomsDialog = lazily(
  async () => (await import("./browse-rooms-dialog.tsx")).BrowseRoomsDialog,
);
export const ChooseRoomsDialog = lazily(
  async () => (await import("./choose-rooms-dialog.tsx")).ChooseRoomsDialog,
);
export const CreateRoomDialog = lazily(
  async () => (await import("./create-room-dialog.tsx")).CreateRoomDialog,
);
export const NewChatDialog = lazily(async () => (await import("./new-chat-dialog.tsx")).NewChatDialog);
export const RoomDetails = lazily(async () => (await import("./room-details.tsx")).RoomDetails);
