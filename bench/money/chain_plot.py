"""chain_plot.py -- the curve over the delay of the report, as SVG, from what `money_chain WORLDS csv` writes.

usage: build/bench/money/money_chain 500 csv | python3 bench/money/chain_plot.py > docs/stopped.svg
"""
# SPDX-License-Identifier: Apache-2.0
import csv
import math
import sys

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 60, 30, 170, 50
COLOURS = {"ranked": "#0b6e4f", "arrival": "#1f6fb2", "by level": "#c77700", "by hand": "#b3261e"}
CHINESE = {"ranked": "按建议排序", "arrival": "按到账先后", "by level": "逐级", "by hand": "逐级、手工录入"}


def x_of(minutes):
    return LEFT + (WIDTH - LEFT - RIGHT) * math.log(minutes) / math.log(60)


def y_of(share):
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def main():
    curves = {}
    for row in csv.DictReader(sys.stdin):
        curves.setdefault(row["way"], []).append([float(row[name]) for name in ("delay_minutes", "share", "low", "high")])
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
           "<title>Share of the victim's money that is stopped, over the delay of the report / 报案延迟与止付比例</title>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for share in range(0, 101, 20):
        y = y_of(share / 100)
        out.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share} %</text>')
    for minutes in (1, 5, 15, 30, 60):
        out.append(f'<text x="{x_of(minutes):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{minutes}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">'
               "minutes until it is reported 报案延迟（分钟）</text>")
    for number, (way, points) in enumerate(curves.items()):
        colour = COLOURS[way]
        upper = [f"{x_of(m):.1f},{y_of(high):.1f}" for m, _, _, high in points]
        lower = [f"{x_of(m):.1f},{y_of(low):.1f}" for m, _, low, _ in reversed(points)]
        line = " ".join(f"{x_of(m):.1f},{y_of(share):.1f}" for m, share, _, _ in points)
        out.append(f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" opacity="0.15"/>'
                   f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = TOP + 20 + 40 * number
        out.append(f'<path d="M{WIDTH - RIGHT + 12} {y - 4}h18" stroke="{colour}" stroke-width="2"/>'
                   f'<text x="{WIDTH - RIGHT + 36}" y="{y}">{way}</text>'
                   f'<text x="{WIDTH - RIGHT + 36}" y="{y + 16}" fill="#555">{CHINESE[way]}</text>')
    print("\n".join(out) + "\n</svg>")


main()
