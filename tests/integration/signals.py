# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals to play, and what to make of those that come back."""

import array
import cmath
import math
import random
import wave


def noise(frames, seed):
    """16-bit stereo noise: every frame differs from every other."""
    data = array.array('h')
    data.frombytes(random.Random(seed).randbytes(frames * 4))
    return array.array('h', (x // 4 for x in data))  # a quarter of full scale: two of them don't clip anything


def tones(seconds, rate, *parts):
    """16-bit stereo sum of (hertz, amplitude)."""
    frames = int(seconds * rate)
    total = [0.0] * frames
    for hz, amplitude in parts:
        w = 2.0 * math.pi * hz / rate
        total = [t + amplitude * math.sin(w * i) for i, t in enumerate(total)]
    data = array.array('h', bytes(4 * frames))
    data[0::2] = data[1::2] = array.array('h', (int(round(32767.0 * x)) for x in total))
    return data


def write_wav(path, data, rate):
    with wave.open(path, 'wb') as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(data.tobytes())


def floats(data, gain=1.0):
    """16-bit samples as deckhost has them."""
    return array.array('f', (x / 32768.0 * gain for x in data))


class Part:
    """One channel of a recording between two times."""

    def __init__(self, recording, start, end, channel=0):
        self.rate = recording.rate
        first, last = int(round(start * self.rate)), int(round(end * self.rate))
        self.x = recording.samples[first * 2 + channel:last * 2 + channel:2]

    def peak(self):
        return max(max(self.x), -min(self.x))

    def at(self, hz, x=None):
        """The complex amplitude at a frequency, through a Hann window."""
        x = self.x if x is None else x
        n = len(x)
        w, v = -2j * math.pi * hz / self.rate, 2.0 * math.pi / n
        total = sum(s * (0.5 - 0.5 * math.cos(v * i)) * cmath.exp(w * i) for i, s in enumerate(x))
        return 4.0 * total / n

    def level(self, hz):
        """dB relative to an amplitude of 1."""
        return 20.0 * math.log10(max(abs(self.at(hz)), 1e-10))

    def frequency(self, near):
        """Of a single tone near `near`, from how far its phase turns in half the part."""
        half = len(self.x) // 2
        first, second = self.at(near, self.x[:half]), self.at(near, self.x[half:2 * half])
        turn = cmath.phase(second / first * cmath.exp(-2j * math.pi * near * half / self.rate)) if first and second else 0.0
        return near + turn * self.rate / (2.0 * math.pi * half)


def cookbook_low_shelf(hz, gain_db, corner, q, rate):
    """|H| in dB of the Audio EQ Cookbook's low shelf."""
    a = 10.0 ** (gain_db / 40.0)
    w = 2.0 * math.pi * corner / rate
    c, alpha, r = math.cos(w), math.sin(w) / (2.0 * q), 2.0 * math.sqrt(a) * math.sin(w) / (2.0 * q)
    b = (a * ((a + 1) - (a - 1) * c + r), 2 * a * ((a - 1) - (a + 1) * c), a * ((a + 1) - (a - 1) * c - r))
    d = ((a + 1) + (a - 1) * c + r, -2 * ((a - 1) + (a + 1) * c), (a + 1) + (a - 1) * c - r)
    z = cmath.exp(-2j * math.pi * hz / rate)
    return 20.0 * math.log10(abs((b[0] + b[1] * z + b[2] * z * z) / (d[0] + d[1] * z + d[2] * z * z)))
