// The program behind the real window. Only this file and the generated one beside it know Tauri.
import type { Backend } from "./backend";
import { commands, events } from "./bindings";

export const tauri: Backend = {
  snapshot: () => commands.snapshot(),
  press: (action) => commands.press(action),
  answer: (ask, value) => commands.answer(ask, value),
  copy: (text) => commands.copy(text),
  listen: (heard) => events.changed.listen((event) => heard(event.payload.revision)),
};
