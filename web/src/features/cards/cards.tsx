export { ContactCard } from "./contact-card.tsx";
export { ContactDialog } from "./contact-dialog.tsx";
export { LocationCard } from "./location-card.tsx";
export { LocationDialog } from "./location-dialog.tsx";
