// The types of what is on screen, for everything that draws. Types only: whoever imports this file can't call anything.
export type * from "./api/bindings";
