/** Frames that are kept in sight. */
const mostFrames = 500;

const templates = {
  join_room: (room_id) => ({ room_id }),
  send_message: (room_id) => ({
    room_id,
    content: "Hello",
    client_id: crypto.randomUUID?.() ?? String(Date.now()),
  }),
  typing: (room_id) => ({ room_id, is_typing: true }),
  mark_read: (room_id) => ({ room_id, message_id: 1 }),
  leave_room: (room_id) => ({ room_id }),
  ping: () => ({}),
};

const element = (id) => document.getElementById(id);
const frames = element("frames");
const log = element("log");
const state = element("state");
let socket = null;
// It scrolls: by keyboard too.
log.tabIndex = 0;

function show(way, text) {
  const item = document.createElement("li");
  item.dataset.way = way;
  const head = document.createElement("header");
  const type = document.createElement("strong");
  const { name, body } = readable(text);
  type.textContent = name;
  const said = document.createElement("span");
  said.textContent = { sent: "sent", heard: "received", failed: "closed" }[way];
  const time = document.createElement("time");
  time.textContent = new Date().toISOString().slice(11, 23);
  head.append(type, said, time);
  const content = document.createElement("pre");
  content.textContent = body;
  item.append(head, content);
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  frames.append(item);
  while (frames.childElementCount > mostFrames) frames.firstElementChild.remove();
  element("nothing").hidden = true;
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

function readable(text) {
  try {
    const { type, data } = JSON.parse(text);
    return { name: String(type), body: JSON.stringify(data, null, 2) ?? "" };
  } catch {
    return { name: "", body: text };
  }
}

function tell(name, text) {
  state.dataset.state = name;
  state.textContent = text;
  element("toggle").textContent = socket ? "Disconnect" : "Connect";
  element("token").disabled = socket !== null;
  element("send-it").disabled = name !== "open";
}

function connect(token) {
  const address = new URL("/chat/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("token", token);
  const opening = new WebSocket(address);
  let wasOpen = false;
  socket = opening;
  tell("opening", "Connecting …");
  opening.onopen = () => {
    wasOpen = true;
    tell("open", "Connected");
  };
  opening.onmessage = ({ data }) => show("heard", data);
  opening.onclose = ({ code, reason }) => {
    socket = null;
    if (!wasOpen) return tell("failed", "Refused: is the token still good?");
    show("failed", `${code} ${reason}`.trim());
    tell("closed", "Not connected");
  };
}

element("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket) socket.close(1000);
  else connect(element("token").value.trim());
});

element("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = element("signed-in");
  const body = JSON.stringify({ username: element("username").value, password: element("password").value });
  const headers = { "content-type": "application/json" };
  try {
    const answered = await fetch("/auth/login", { method: "POST", headers, body });
    const { access_token, detail } = await answered.json();
    said.dataset.state = answered.ok ? "done" : "failed";
    said.textContent = answered.ok ? "" : String(detail);
    if (!answered.ok) return;
    element("token").value = access_token;
    element("password").value = "";
    element("getting").open = false;
    if (socket) return;
    tell("closed", "The token is filled in");
    element("toggle").focus();
  } catch {
    said.dataset.state = "failed";
    said.textContent = "The server does not answer";
  }
});

element("send").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = element("frame").value;
  socket?.send(text);
  show("sent", text);
});

element("frame").addEventListener("input", () => {
  const { value } = element("frame");
  let said = "";
  try {
    JSON.parse(value);
  } catch {
    said = value.trim() === "" ? "" : "This is not JSON (it can be sent all the same)";
  }
  element("problem").textContent = said;
});

function begin(type) {
  const room = Number(element("room").value) || 1;
  element("frame").value = JSON.stringify({ type, data: templates[type](room) }, null, 2);
  element("problem").textContent = "";
}

for (const type of Object.keys(templates)) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = type;
  button.addEventListener("click", () => begin(type));
  element("templates").append(button);
}
begin("join_room");

element("clear").addEventListener("click", () => {
  frames.replaceChildren();
  element("nothing").hidden = false;
});
