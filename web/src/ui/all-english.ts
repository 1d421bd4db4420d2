/** A part of its own by this name: pages keep it for when there is no network, unlike other languages. */
export { default as allEnglish } from "../../locales/en.json";
