// The display: dots of 5×8 on a canvas, drawn for the pixels the screen really has.
import { glyph } from './glyphs.js';

const kCell = 6;       // five dots and a gap
const kRow = 10;       // eight dots and two of gap
const kDot = 0.86;     // of the pitch

export function createLcd(canvas, frame) {
  const pen = canvas.getContext('2d');
  let rows = ['', ''];
  let columns = 16;
  let lit = false;

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
    const ghost = style.getPropertyValue('--ghost');
    const size = pitch >= 5 ? Math.round(pitch * kDot) : pitch * kDot;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    rows.forEach((text, y) => {
      for (let x = 0; x < columns; ++x) {
        const dots = glyph(lit ? text[x] ?? ' ' : ' ');
        for (let column = 0; column < 5; ++column) {
          for (let line = 0; line < 8; ++line) {
            pen.fillStyle = dots[column] >> line & 1 ? dark : ghost;
            pen.fillRect((x * kCell + column) * pitch, (y * kRow + line) * pitch, size, size);
          }
        }
      }
    });
  };

  new ResizeObserver(draw).observe(frame);
  for (const scheme of ['(forced-colors: active)', '(prefers-color-scheme: dark)']) {
    matchMedia(scheme).addEventListener('change', draw);
  }
  return {
    show(screen, isLit) {
      rows = screen.rows;
      columns = screen.columns;
      lit = isLit;
      frame.classList.toggle('lit', lit);
      draw();
    },
  };
}
