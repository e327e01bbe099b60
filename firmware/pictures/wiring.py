#!/usr/bin/env python3
"""wiring.py [--check]: a picture of the wiring of each board of hw-profiles/boards, wiring-BOARD.svg beside this file, drawn
from the board's file: its pins, and where the comment after each says that it is. --check draws nothing, and ends with 1 where
a picture is another."""
import pathlib
import re
import sys
import tomllib

HERE = pathlib.Path(__file__).parent
BOARDS = HERE.parent.parent / "hw-profiles" / "boards"

# Each part with its terminals: what is printed there, and the signal; the colors tell wires apart, and mean nothing.
SLOT = ("card slot", [("C7 I/O", "card.io"), ("C2 RST", "card.rst"), ("C3 CLK", "card.clk"),
                      ("supply (slot.svg)", "card.vcc"), ("card switch", "card.detect")])
KEYS = ("keys", [(f"row {i}", f"keys.rows {i}") for i in (1, 2, 3, 4)] +
        [(f"column {i}", f"keys.columns {i}") for i in (1, 2, 3, 4)])
LCD = ("LCD", [("RS (4)", "display.rs"), ("E (6)", "display.enable")] +
       [(f"D{3 + i} ({10 + i})", f"display.data {i}") for i in (1, 2, 3, 4)])
OLED = ("OLED", [("D0, SCK", "display.clock"), ("D1, SDA", "display.data"), ("DC", "display.dc"),
                 ("RES", "display.reset"), ("CS", "display.select")])
PANEL = ("serial adapter, 3.3 V", [("its RX", "panel.tx"), ("its TX", "panel.rx")])
STRAP = ("jumper to ground", [("panel link on", "panel.strap")])
COLORS = ["#b3261e", "#1a56a5", "#1d7a3e", "#8a5a00", "#6a3d9a", "#00767a", "#a8327d", "#4a4a4a"]

ROW, PAD, HEADER = 22, 14, 40


def signals_of(board):
    """Signal: pin."""
    found = {}
    for section in ("card", "panel", "keys", "display"):
        for key, value in board[section].items():
            pins = value if isinstance(value, list) else [value]
            if not all(isinstance(pin, str) and re.fullmatch(r"P[A-I]\d+", pin) for pin in pins):
                continue
            for i, pin in enumerate(pins, 1):
                found[f"{section}.{key}" + (f" {i}" if isinstance(value, list) else "")] = pin
    return found


def text(x, y, words, size=13, anchor="start", more=""):
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}"{more}>{words}</text>'


def draw(name):
    source = (BOARDS / f"{name}.toml").read_text()
    board = tomllib.loads(source)
    pins = signals_of(board)
    places = dict(re.findall(r'"(P[A-I]\d+)",? +# ([A-Z0-9]+-\d+)', source))
    aboard = set(re.findall(r'"(P[A-I]\d+)",? +# [A-Z0-9-]+, .*on the board', source))  # wired already
    headers = {}
    for signal, pin in pins.items():
        if pin in aboard:
            continue
        header, number = places[pin].rsplit("-", 1)
        headers.setdefault(header, {})[int(number)] = (signal, pin)
    parts = [SLOT, KEYS, OLED if board["display"]["kind"] == "ssd1306" else LCD, PANEL, STRAP]
    parts = [part for part in parts if not all(pins[signal] in aboard for _, signal in part[1])]

    # Two columns of headers would cross their wires: all headers stand below each other at the left, the parts at the right.
    out, at, pads = [], 70, {}
    for header in sorted(headers):
        rows = (max(headers[header]) + 1) // 2 + 1
        out.append(text(150, at - 12, f"header {header}", 15, "middle", ' font-weight="bold"'))
        out.append(f'<rect x="110" y="{at - 8}" width="80" height="{rows * ROW + 6}" rx="4" fill="#2b2b2b"/>')
        for row in range(rows):
            for column in (0, 1):
                number = 2 * row + column + 1
                x, y = 130 + HEADER * column, at + row * ROW + 6
                used = headers[header].get(number)
                out.append(f'<rect x="{x - PAD // 2}" y="{y - PAD // 2}" width="{PAD}" height="{PAD}" '
                           f'fill="{"#ffd24a" if used else "#777"}"/>')
                if not used:
                    continue
                pads[used[0]] = (x, y - 4 + 8 * column)  # so that the two of a row go side by side
                out.append(text(x, y + 4, str(number), 10, "middle"))
        at += rows * ROW + 60
    height = at

    wires, total = [], sum(len(part[1]) for part in parts) * ROW + len(parts) * 2 * ROW
    y, lane, count = max(60, (height - total) // 2), 0, sum(len(part[1]) for part in parts)
    y += (ROW // 2 - (y + 34 - 76)) % ROW  # between the rows of the headers, so that no wire lies on another
    order = sorted(pads, key=lambda signal: pads[signal][1])
    for title, terminals in parts:
        out.append(f'<rect x="640" y="{y}" width="230" height="{len(terminals) * ROW + 34}" rx="6" fill="#f4f1e8" stroke="#555"/>')
        out.append(text(755, y + 18, title, 14, "middle", ' font-weight="bold"'))
        for i, (label, signal) in enumerate(terminals):
            ty = y + 38 + i * ROW
            x0, y0 = pads[signal]
            color = COLORS[lane % len(COLORS)]
            lx = 330 + 11 * (count - 1 - order.index(signal)) % 290
            wires.append(f'<g stroke="{color}" fill="none" stroke-width="2"><title>{signal}: {pins[signal]} at '
                         f'{places[pins[signal]]}</title><path d="M{x0} {y0} H{lx} V{ty - 4} H640"/></g>')
            out.append(text(650, ty, label))
            out.append(text(860, ty, f"{pins[signal]}  {places[pins[signal]]}", 12, "end", ' fill="#555"'))
            lane += 1
        y += (len(terminals) + 2) * ROW
    height = max(height, y) + 20
    title = f"{board['title']}: from the headers to the parts"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 {height}" font-family="sans-serif">',
        f"<title>{title}</title>",
        f'<rect width="900" height="{height}" fill="#fff"/>',
        text(450, 28, title, 17, "middle", ' font-weight="bold"'),
        *wires, *out,  # the headers over the wires that pass below them
        text(450, height - 12, "Grounds are joined. Supplies, resistors and the slot itself: README.md and slot.svg.", 12, "middle"),
        "</svg>", ""])


def main():
    wrong = 0
    for file in sorted(BOARDS.glob("*.toml")):
        picture = HERE / f"wiring-{file.stem}.svg"
        drawn = draw(file.stem)
        if "--check" not in sys.argv[1:]:
            picture.write_text(drawn)
        elif not picture.exists() or picture.read_text() != drawn:
            print(f"{picture}: not what {file.name} says; draw it anew: firmware/pictures/wiring.py")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main())
