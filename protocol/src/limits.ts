/** Every limit of the protocol, in one place. Servers enforce them; clients may check them early. */
export const limits = {
  /** Characters (UTF-16 code units) of a message's text. */
  messageText: 10_000,
  /** Characters (UTF-16 code units) of a room's last message that a list of rooms shows. */
  previewText: 140,
  /** Distinct people one message may mention. */
  messageMentions: 100,
  /** Distinct emoji on one message. */
  messageReactions: 20,
  /** People in a room of kind `group`. */
  groupMembers: 100,
  /** People named when a room is made or filled by one call. */
  membersPerCall: 100,
  /** Messages forwarded by one call. */
  forwardMessages: 20,
  /** Rooms that a client forwards to at once. */
  forwardRooms: 10,
  /** Messages pinned in one room. */
  roomPins: 100,
  roomName: 80,
  roomTopic: 500,
  username: 32,
  displayName: 80,
  email: 254,
  statusMessage: 140,
  passwordMin: 8,
  passwordMax: 128,
  deviceName: 120,
  /** Characters of a client id, an idempotency key and a `do.id`. */
  clientId: 64,
  searchText: 200,
  cursor: 600,
  pageDefault: 50,
  pageMax: 200,
  /** Entries left out at the beginning of a list that is read by number. */
  listOffset: 1_000_000,
  /** Rooms listed in one `ready`; the rest is paged with `room.list`. */
  readyRooms: 100,
  /** Positions named in one `hello`. */
  helloRooms: 1_000,
  /** Rooms one socket may hold open beside those it hears by default. */
  openRooms: 100,
  /** Rooms with at most this many members are heard in full without being opened. */
  fullRoomMembers: 200,
  /** Rooms with at most this many members show each other's read marks and typing. */
  markRoomMembers: 64,
  typingRoomMembers: 200,
  presenceUsers: 200,
  /** People whom one person blocks. */
  blocks: 1_000,
  /** Messages that one person saves. */
  saved: 1_000,
  /** Words that count as a mention for one person, and characters of each. */
  keywords: 20,
  keywordText: 50,
  /** Threads that one person follows: of more, the one left alone for longest is forgotten. */
  followedThreads: 1_000,
  /** Answers of one thread that are told as new. */
  threadUnread: 30,
  /** Drafts that one person keeps. */
  drafts: 200,
  /** Devices of one person that are told by push, and characters of the address of one. */
  pushDevices: 20,
  pushEndpoint: 1_000,
  /** Seconds after which a message may be deleted by itself. */
  deleteAfterMin: 60,
  deleteAfterMax: 366 * 86_400,
  /** Messages that one person has yet to send, and how many days ahead. */
  scheduled: 100,
  scheduleDays: 366,
  /** Messages of which one person is reminded, and how many days ahead. */
  reminders: 100,
  reminderDays: 366,
  /** Characters of what is said to a report, by either side; and of what admins note on it. */
  reportComment: 1_000,
  reportNote: 2_000,
  /** Bytes of one inbound socket frame; a larger one closes the socket with 1009. */
  frameBytes: 64 * 1024,
  /** Bytes of one JSON request body. */
  bodyBytes: 256 * 1024,
  /** Files of one message. */
  messageFiles: 10,
  /** Characters (UTF-16 code units) of a file's name, and of what is said to describe it. */
  fileName: 255,
  fileAlt: 1_000,
  /** Files whose addresses are asked for by one call. */
  fileLinks: 100,
  /** Links of one message of which there are previews, and characters of one. */
  messagePreviews: 3,
  linkUrl: 2_048,
  /** Characters of what a page says of itself. */
  previewTitle: 200,
  previewDescription: 300,
  previewSite: 80,
  /** Bytes of a sound or film that is written down, and characters of what was heard. */
  transcribedBytes: 25 * 1024 * 1024,
  transcript: 20_000,
  /** Uploads of one person that no message has taken. */
  openUploads: 100,
  /** Bytes of a profile picture as it is sent. */
  pictureBytes: 2 * 1024 * 1024,
  /** Characters of a poll's question and of each option, and how many options it has. */
  pollQuestion: 300,
  pollOption: 100,
  pollOptionsMin: 2,
  pollOptions: 12,
  /** Seconds after which a poll may close by itself. */
  pollCloseMin: 60,
  pollCloseMax: 366 * 86_400,
  /** Characters of what is said of a place, and metres by which it may be off. */
  locationLabel: 200,
  locationAccuracy: 20_000_000,
  /** Characters of a name on a contact card and of a number; numbers, and addresses, on one; characters of a vCard. */
  contactName: 200,
  contactPhone: 40,
  contactWays: 10,
  vcard: 8 * 1024,
  /** Bytes of the picture of an emoji or a sticker as it is sent. */
  libraryPictureBytes: 256 * 1024,
  /** Emoji of the server's own; packs, and stickers of all of them. */
  emoji: 2_000,
  packs: 1_000,
  stickers: 2_000,
  packName: 80,
  stickerName: 80,
  jsonDepth: 16,
  inviteUses: 1_000,
  inviteDays: 30,
} as const;
