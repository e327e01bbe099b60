// What a reader model looks like, where its file says so: on an element as --paint, with an ink that is legible on it.

// WCAG 2.1, relative luminance.
function luminance(color) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// The luminance at which black and white are as legible as each other.
const kMiddle = 0.179;

// `color` as "#2f5862"; without one the element is as the page has it.
export function paint(element, color) {
  element.classList.toggle('painted', Boolean(color));
  if (!color) return;
  element.style.setProperty('--paint', color);
  element.style.setProperty('--ink', luminance(color) > kMiddle ? '#111214' : '#ffffff');
}
