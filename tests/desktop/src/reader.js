// Waits until a text can be read anywhere in the window. Arguments: the text, milliseconds, and what to call at the end.
// Answers whether it can be read.
const [text, time, done] = arguments;
const begin = performance.now();
const GLANCE = 40;

function glance() {
  const read = document.body.innerText.includes(text);
  if (read || performance.now() - begin >= time) done(read);
  else setTimeout(glance, GLANCE);
}
glance();
