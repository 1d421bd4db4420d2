import type { Chance } from "./random.ts";

const openings = [
  "Does anyone know whether",
  "I think",
  "Just so everyone knows:",
  "Good news,",
  "Sorry for being late, but",
  "Quick question:",
  "As we said yesterday,",
  "For the record,",
  "It looks as if",
  "Heads-up:",
];
const subjects = [
  "the meeting room",
  "the summer programme",
  "our new schedule",
  "the budget for next term",
  "the projector",
  "the choir rehearsal",
  "the bus for Saturday",
  "the shared calendar",
  "the old printer",
  "the garden group",
  "the match against the neighbours",
  "the draft of the poster",
];
const states = [
  "is ready",
  "has moved to Thursday",
  "needs another pair of eyes",
  "is booked until noon",
  "works again",
  "still waits for an answer",
  "was better than last year",
  "costs less than we feared",
  "starts half an hour earlier",
  "has to wait until Monday",
];
const closings = [
  "",
  " 🙂",
  " What do you think?",
  " I will write it down.",
  " Thanks to all who helped!",
  " Please tell me if that is wrong.",
  " More on that tomorrow.",
  " Let's talk about it at lunch.",
  " Details are in the notes.",
];
const short = [
  "Yes!",
  "Done.",
  "Thank you 👍",
  "I can do that.",
  "Same here.",
  "See you there.",
  "😂",
  "+1",
  "Good idea.",
];
const elsewhere = [
  "Danke, das passt mir gut – bis Freitag um fünf!",
  "Merci, c'est noté pour samedi.",
  "¿Alguien trae el proyector mañana?",
  "ありがとうございます。明日確認します。",
  "谢谢大家,会议改到星期三。",
  "شكرا، نلتقي غدا في القاعة.",
  "Спасибо, до встречи в четверг.",
];
const listing = [
  "Here is what is left:\n- tickets\n- the sound check\n- somebody for the door",
  "```\nrsync -a photos/ backup/photos/\n```\nruns every night now.",
  "Notes of today: https://example.org/notes/today – comments are welcome.",
];

/** Something that a person in a club or a team could have written. */
export function someText(chance: Chance): string {
  if (chance.happens(0.2)) return chance.one(short);
  if (chance.happens(0.06)) return chance.one(elsewhere);
  if (chance.happens(0.03)) return chance.one(listing);
  const sentence = `${chance.one(openings)} ${chance.one(subjects)} ${chance.one(states)}.${chance.one(closings)}`;
  return chance.happens(0.1) ? `${sentence} ${someText(chance)}` : sentence;
}
