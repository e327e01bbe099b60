// The display: dots of 5×8 on a canvas, drawn for the pixels the screen really has.
import { glyph } from './glyphs.js';

const kCell = 6;       // five dots and a gap
const kRow = 10;       // eight dots and two of gap
const kDot = 0.86;     // of the pitch
const kContrast = 3;   // of a reader that was not told another, from 1 to 5: above it the dots between the letters show
const kFaintest = 0.45, kGhost = 14;

export function createLcd(canvas, frame) {
  const pen = canvas.getContext('2d');
  let rows = ['', ''];
  let columns = 16;
  let lit = false;
  let contrast = kContrast;

  const draw = () => {
    const ratio = globalThis.devicePixelRatio || 1;
    const dotsAcross = columns * kCell - 1;
    const dotsDown = rows.length * kRow - 2;
    const fit = (canvas.parentElement.clientWidth - 2 * parseFloat(getComputedStyle(frame).paddingLeft)) * ratio / dotsAcross;
    // Whole pixels where little is lost: every dot is then as sharp as the next.
    const pitch = Math.floor(fit) >= fit * 0.86 ? Math.floor(fit) : fit;
    canvas.width = Math.ceil(pitch * dotsAcross);
    canvas.height = Math.ceil(pitch * dotsDown);
    canvas.style.width = `${canvas.width / ratio}px`;
    canvas.style.height = `${canvas.height / ratio}px`;

    const style = getComputedStyle(frame);
    const dark = style.color;
    canvas.style.opacity = Math.min(1, kFaintest + (1 - kFaintest) * (contrast - 1) / (kContrast - 1));
    const ghost = contrast > kContrast ? `color-mix(in srgb, ${dark} ${kGhost * (contrast - kContrast)}%, transparent)` : style.getPropertyValue('--ghost').trim();
    const size = pitch >= 5 ? Math.round(pitch * kDot) : pitch * kDot;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    rows.forEach((text, y) => {
      for (let x = 0; x < columns; ++x) {
        const dots = glyph(lit ? text[x] ?? ' ' : ' ');
        for (let column = 0; column < 5; ++column) {
          for (let line = 0; line < 8; ++line) {
            const on = dots[column] >> line & 1;
            if (!on && ghost === 'transparent') continue;
            pen.fillStyle = on ? dark : ghost;
            pen.fillRect((x * kCell + column) * pitch, (y * kRow + line) * pitch, size, size);
          }
        }
      }
    });
  };

  new ResizeObserver(draw).observe(frame);
  const schemes = ['(forced-colors: active)', '(prefers-color-scheme: dark)'].map((each) => matchMedia(each));
  const redraw = () => (canvas.isConnected ? draw() : schemes.forEach((each) => each.removeEventListener('change', redraw)));
  for (const scheme of schemes) scheme.addEventListener('change', redraw);
  return {
    show(screen, isLit) {
      rows = screen.rows;
      columns = screen.columns;
      contrast = screen.contrast;
      lit = isLit;
      frame.classList.toggle('lit', lit);
      draw();
    },
  };
}
