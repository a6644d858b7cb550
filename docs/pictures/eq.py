#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Draws docs/pictures/eq-tone.png and eq-isolator.png, the equaliser's responses as measured and as wanted.
# After ./waf build:  python3 docs/pictures/eq.py [BUILD_FOLDER]      (needs Debian's python3-matplotlib)

import os
import subprocess
import sys
import tempfile

import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
COLOURS = {'low': '#b03030', 'mid': '#308030', 'high': '#3050b0', 'flat': '#606060'}


def curves(build):
    """[(name, [(Hz, measured dB, wanted dB)])]"""
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, 'table')
        subprocess.run([os.path.join(build, 'tests', 'bench', 'bench_eq'), '--plot', table], check=True)
        found = []
        for line in open(table):
            name, *numbers = line.rstrip('\n').split('\t')
            hz, measured, wanted = map(float, numbers)
            if not found or found[-1][0] != name or hz < found[-1][1][-1][0]:
                found.append((name, []))
            found[-1][1].append((hz, measured, wanted))
    return found


def draw(found, mode, lowest, path):
    figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5), height_ratios=(3, 1), sharex=True)
    for name, points in found:
        if not name.startswith(mode):
            continue
        colour = next(c for part, c in COLOURS.items() if part in name)
        hz, measured, wanted = zip(*points)
        above.plot(hz, wanted, color='#d0d0d0', linewidth=4)
        above.plot(hz, measured, color=colour, linewidth=1)
        shown = [(f, m - w) for f, m, w in points if w > lowest]
        below.plot(*zip(*shown), color=colour, linewidth=0.7)
    above.set_ylim(lowest, 15)
    above.set_ylabel('dB')
    above.set_title('%s at 48 kHz: wanted (wide, grey) and measured' % mode, fontsize=10)
    below.set_ylim(-0.01, 0.01)
    below.set_ylabel('difference, dB')
    below.set_xlabel('Hz')
    for axes in (above, below):
        axes.set_xscale('log')
        axes.set_xlim(20, 21600)
        axes.grid(True, which='both', color='#eeeeee', linewidth=0.5)
    figure.tight_layout()
    figure.savefig(path, dpi=80, metadata={'Software': None})


def main():
    found = curves(sys.argv[1] if len(sys.argv) > 1 else os.path.join(TOP, 'build'))
    draw(found, 'Tone', -45, os.path.join(HERE, 'eq-tone.png'))
    draw(found, 'Isolator', -80, os.path.join(HERE, 'eq-isolator.png'))


main()
