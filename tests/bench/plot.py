"""Draws lines in an SVG, with only the standard library."""

import html

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 140, 40, 50
COLOURS = {"papod": "#0b6e4f", "papod-kept": "#7fb069", "floor": "#888888",
           "floor-batch": "#333333", "ngIRCd": "#c1666b", "InspIRCd": "#4a7fb5"}


def nice_top(value):
    """The next round number."""
    step = 1e-6
    while True:
        for factor in (1, 2, 5):
            if step * factor >= value:
                return step * factor
        step *= 10


def draw(title, axis, height, lines):
    """lines: by name, pairs of numbers; both axes begin at zero."""
    most_x = max(x for points in lines.values() for x, _ in points)
    most_y = nice_top(max(y for points in lines.values() for _, y in points))

    def place(x, y):
        return (LEFT + x / most_x * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - y / most_y * (HEIGHT - TOP - BOTTOM))

    def text(x, y, words, anchor="middle", more=""):
        return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>'
                f'{html.escape(words)}</text>')

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           f'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           text(WIDTH / 2, 20, title, more=' font-size="14"'),
           text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 12, axis),
           text(16, HEIGHT / 2, height, more=f' transform="rotate(-90 16 {HEIGHT / 2})"')]
    for i in range(6):
        left, y = place(0, most_y * i / 5)
        out.append(f'<path d="M{left:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#dddddd"/>')
        out.append(text(left - 6, y + 4, f"{most_y * i / 5:g}", "end"))
    for x in sorted({x for points in lines.values() for x, _ in points}):
        across, y = place(x, 0)
        out.append(f'<path d="M{across:.1f} {y:.1f}v5" stroke="#333333"/>')
        if x == 0 or x >= most_x / 20:
            out.append(text(across, y + 18, f"{x:,}"))
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS.get(name, "#000000")
        places = [place(*point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        out.append(f'<path d="M{WIDTH - RIGHT + 14} {TOP + 20 * number}h16" stroke="{colour}" '
                   'stroke-width="2"/>')
        out.append(text(WIDTH - RIGHT + 36, TOP + 20 * number + 4, name, "start"))
    return "\n".join([*out, "</svg>", ""])
