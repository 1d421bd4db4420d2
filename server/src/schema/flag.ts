/** How a flag is kept. */
export type Flag = 0 | 1;
