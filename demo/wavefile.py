# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a WAV file, by numbers: Python's own reader knows no floating point."""

import array
import struct


class WaveFile:
    """`rate`, `channels` and `frames` of a file, and its samples as numbers of -1 to 1 in `samples`, interleaved."""

    def __init__(self, path):
        with open(path, 'rb') as file:
            data = file.read()
        if data[:4] not in (b'RIFF', b'RF64') or data[8:12] != b'WAVE':
            raise ValueError('%s is no WAV file' % path)
        at, body, form = 12, b'', 0
        while at + 8 <= len(data):
            name, size = data[at:at + 4], struct.unpack_from('<I', data, at + 4)[0]
            if name == b'fmt ':
                form, self.channels, self.rate, _, _, bits = struct.unpack_from('<HHIIHH', data, at + 8)
                if form == 0xFFFE:  # extensible: the format is in the GUID
                    form = struct.unpack_from('<H', data, at + 8 + 24)[0]
            elif name == b'data':
                body = data[at + 8:at + 8 + size]  # RF64 says "all that follows" for what is longer than 4 GB
            at += 8 + size + size % 2
        self.samples = self.decode(body, form, bits)
        self.frames = len(self.samples) // self.channels

    @staticmethod
    def decode(body, form, bits):
        if form == 3:
            return array.array('f' if bits == 32 else 'd', body[:len(body) // (bits // 8) * (bits // 8)])
        if bits == 24:
            padded = bytearray(len(body) // 3 * 4)
            for byte in range(3):
                padded[byte + 1::4] = body[byte:len(body) // 3 * 3:3]
            whole, scale = array.array('i', bytes(padded)), 2.0 ** 31
        else:
            whole = array.array('h' if bits == 16 else 'i', body[:len(body) // (bits // 8) * (bits // 8)])
            scale = 2.0 ** (bits - 1)
        return array.array('d', (x / scale for x in whole))

    def peak(self, start=0.0, end=None):
        """The highest level between two times in seconds."""
        first = int(start * self.rate) * self.channels
        last = len(self.samples) if end is None else int(end * self.rate) * self.channels
        part = self.samples[first:last]
        return max(max(part), -min(part)) if part else 0.0
