# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's mix as a score: what happens at which beat, and how that becomes seconds."""

import math

BEAT = 60.0 / 122.0     # seconds, at the tracks' own tempo
FAST = 128.0 / 122.0    # the speed it ends with
TRACK_BEATS = 128       # how long our own tracks are
LEAD_IN = 0.5           # seconds before the first beat

# The mix in 32 bars: when a part begins, in 32nds of the whole
BASS_SWAP, LEAD_IN_FROM, LEAD_IN_TO = 4, 6, 8
ROLL, SHIFT_UP, SHIFT_BACK = 11, 12, 16
FADE_OVER, FADE_HOLD, FADE_BACK, FADE_DONE = 16, 18, 20, 21
FASTER_FROM, FASTER_TO, FADE_OUT = 21, 25, 30


def quoted(path):
    """As a score wants it."""
    return '"%s"' % path.replace('\\', '\\\\').replace('"', '\\"')


class Mix:
    """A score of `seconds` for the files `tracks`, recorded to `record`; `lengths` of the files if they aren't ours."""

    def __init__(self, tracks, seconds, record, lengths=None):
        self.tracks, self.seconds, self.record, self.lengths = tracks, seconds, record, lengths
        self.own = bool(lengths)
        if not lengths:
            self.lengths = [TRACK_BEATS * BEAT] * len(tracks)
        self.lines = []
        # How many beats fit: count them at the slower tempo up to the change, then at the faster one
        playing = max(seconds - LEAD_IN, BEAT)
        self.beats = 1.0
        self.plan()
        while self.time(self.beats + 1.0) <= playing:
            self.beats += 1.0
            self.plan()

    def plan(self):
        self.ramp_from = self.beat(FASTER_FROM) * BEAT
        self.ramp_seconds = max((self.beat(FASTER_TO) - self.beat(FASTER_FROM)) * BEAT, BEAT)

    def beat(self, part):
        """The beat on which a 32nd of the mix begins."""
        return float(round(part / 32.0 * self.beats))

    def time(self, beats):
        """Seconds from the first beat until the tracks have come to `beats`, the tempo change included."""
        track = beats * BEAT
        done = track - self.ramp_from
        if done <= 0.0:
            return track
        rise = (FAST - 1.0) / self.ramp_seconds
        if done < self.ramp_seconds * (1.0 + FAST) / 2.0:
            return self.ramp_from + (math.sqrt(1.0 + 2.0 * rise * done) - 1.0) / rise
        return self.ramp_from + self.ramp_seconds + (done - self.ramp_seconds * (1.0 + FAST) / 2.0) / FAST

    def say(self, beats, command):
        self.lines.append('%.6f %s' % (LEAD_IN + self.time(beats), command))

    def note(self, text):
        self.lines.append('\n# ' + text)

    def text(self):
        decks = range(1, len(self.tracks) + 1)
        drums, bass = 1, 2
        chords, lead = (3 if len(decks) > 2 else 1), min(len(decks), 4)
        self.lines = ['# A mix of %d decks in %g seconds, to be played with: deckhost send /score/play FILE'
                      % (len(decks), self.seconds)]
        self.prepare(decks, bass, chords, lead)

        self.note('all decks on one frame')
        self.lines.append('%.6f /start 0 %s' % (LEAD_IN, ' '.join(map(str, decks))))

        self.note('the bass moves from one deck to the other')
        self.say(self.beat(BASS_SWAP), '/deck/%d/eq/kill/low 1' % chords)
        self.say(self.beat(BASS_SWAP), '/deck/%d/eq/kill/low 0' % bass)
        if lead > 3:
            self.note('the lead comes in')
            self.ramp('/deck/%d/fader' % lead, 1, LEAD_IN_FROM, LEAD_IN_TO)
        self.roll(drums)

        self.note('a fourth higher, and back')
        self.say(self.beat(SHIFT_UP), '/deck/%d/pitch 5' % lead)
        self.say(self.beat(SHIFT_BACK), '/deck/%d/pitch 0' % lead)

        self.note('the cross-fader: over to the other side, then back')
        self.ramp('/crossfader', 1, FADE_OVER, FADE_HOLD)
        self.ramp('/crossfader', 0, FADE_BACK, FADE_DONE)

        self.note('faster, in the same key')
        for deck in decks:
            self.say(self.beat(FADE_HOLD), '/deck/%d/keylock 1' % deck)
        for deck in decks:
            self.lines.append('%.6f /ramp /deck/%d/speed %.9f %.6f'
                              % (LEAD_IN + self.ramp_from, deck, FAST, self.ramp_seconds))

        self.note('the end')
        self.ramp('/master/gain', -60, FADE_OUT, 32)
        self.lines.append('%.6f /stop' % (self.seconds - 0.1))
        self.lines.append('%.6f /record/stop' % self.seconds)
        return '\n'.join(self.lines) + '\n'

    def prepare(self, decks, bass, chords, lead):
        self.note('before the first beat')
        self.lines.append('0 /record/start %s' % quoted(self.record))
        self.lines.append('0 /crossfader/curve power')
        self.lines.append('0 /master/gain %d' % (-8 if self.own else 3))
        for deck, track in zip(decks, self.tracks):
            self.lines.append('0 /deck/%d/load %s' % (deck, quoted(track)))
            self.lines.append('0 /deck/%d/assign %s' % (deck, 'a' if deck <= len(decks) // 2 else 'b'))
            self.lines.append('0 /deck/%d/repeat 1' % deck)
        for deck in sorted({bass, chords}):
            self.lines.append('0 /deck/%d/eq/mode 1' % deck)
        self.lines.append('0 /deck/%d/eq/kill/low 1' % bass)
        if lead > 3:
            self.lines.append('0 /deck/%d/fader 0' % lead)

    def ramp(self, address, target, begin, end):
        start, stop = self.beat(begin), self.beat(end)
        self.say(start, '/ramp %s %g %.6f' % (address, target, max(self.time(stop) - self.time(start), 0.1)))

    def roll(self, deck):
        """A loop of one beat, then on as if it hadn't been."""
        start, stop = self.beat(ROLL), self.beat(SHIFT_UP)
        length = self.lengths[deck - 1]
        begin, after = start * BEAT % length, stop * BEAT % length
        if stop <= start or begin + BEAT >= length:
            return
        self.note('one beat again and again, then on as if nothing had been')
        self.say(start, '/deck/%d/loop %.6f %.6f' % (deck, begin, begin + BEAT))
        self.say(stop, '/deck/%d/loop/enable 0' % deck)
        self.say(stop, '/deck/%d/seek %.6f' % (deck, after))
