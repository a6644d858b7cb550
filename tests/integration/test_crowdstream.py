# SPDX-License-Identifier: GPL-3.0-or-later
# crowdstream's mixers at deckhost's port for them: what they send, as python-osc encodes it, and what is heard.

import array
import math
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from osc import Client, encode  # noqa: E402
from signals import Part, tones, write_wav  # noqa: E402
from stage import RATE, Deckhost, free_port, main, wait_until  # noqa: E402
from wavefile import WaveFile  # noqa: E402

CLICK = RATE // 10  # frame of a file at which its first sound is


def click_and_tones(side, seconds, *parts):
    """Silence, an impulse on one side, then tones on it."""
    data = tones(seconds, RATE, *parts)
    data[:4 * CLICK] = array.array('h', bytes(8 * CLICK))
    data[2 * CLICK + side] = 16000
    data[1 - side::2] = array.array('h', bytes(len(data)))
    return data


def first_sound(recording, side):
    return next((i for i, x in enumerate(recording.samples[side::2]) if abs(x) > 1e-6), None)


class Mixer(Deckhost):
    """A deckhost that is crowdstream's engine too, and a line to that."""

    def __init__(self, stage, *arguments):
        self.crowd_port = free_port()
        super().__init__(stage, '--no-connect', '--crowdstream', str(self.crowd_port), *arguments)
        self.crowd = Client(self.crowd_port)

    def tell(self, address, *arguments):
        self.crowd.send(encode(address, *arguments))

    def playing(self):
        return sum(self.get('/deck/%d/state' % d) == 'playing' for d in range(1, 5))

    def shown(self, text):
        return wait_until(lambda: text in self.errors())

    def record(self, name, seconds):
        """The master from now on; call the answer to end it."""
        path = self.stage.path(name)
        self.ask('/record/start', path)
        self.recorded = time.monotonic()

        def end():
            time.sleep(seconds)
            self.ask('/record/stop')
            return WaveFile(path)
        return end


def two_decks(tap, stage):
    """As the two-deck mixer: reset, levels, EQ, cue, a start 130 ms apart, then an endless stream of EQ moves."""
    write_wav(stage.path('a.wav'), click_and_tones(0, 12, (60.0, 0.2), (8000.0, 0.2)), RATE)
    write_wav(stage.path('b.wav'), click_and_tones(1, 12, (60.0, 0.2), (8000.0, 0.2)), RATE)
    host = Mixer(stage)
    for start in (0.5, 0.0):  # with time to load, and without
        host.tell('/mixer_cleanup')
        assert wait_until(lambda: all(host.get('/deck/%d/state' % d) == 'empty' for d in (1, 2)))
        time.sleep(0.1)  # for what fades
        end = host.record('two-%g.wav' % start, 0.3)
        host.crowd.send(b'/reset\0\0,[]\0')  # python-osc's send_message('/reset', [[]])
        host.tell('/deck_levels', 1.0, 1.0, 0.0, 0.0)
        host.tell('/deck_eq_all', 'A', 50, 50, 50)
        host.tell('/deck_eq_all', 'B', 50, 50, 50)
        host.tell('/cue', 'A', stage.path('a.wav'), 0.0)
        host.tell('/cue', 'B', stage.path('b.wav'), 0.0)
        host.tell('/start_group', start, 'A')
        time.sleep(0.002)
        host.tell('/start_group', 'B', start + 0.13)  # in any order
        begun = time.monotonic()
        while time.monotonic() < begun + 5.0:  # A loses its bass, B its treble, and both get them back
            percent = 0.0 if 2.0 < time.monotonic() - begun < 4.0 else 50.0
            host.tell('/deck_eq', 'A', 'low', percent)
            host.tell('/deck_eq', 'B', 'high', 25.0 if percent == 0.0 else 50.0)
            time.sleep(0.005)
        recording = end()
        a, b = first_sound(recording, 0), first_sound(recording, 1)
        tap.check(a is not None and b is not None and b - a == int(0.13 * RATE), 'B starts 0.130 s after A, to the frame',
                  (a, b, b and a and b - a))
        t = begun - host.recorded
        flat, killed, again = (Part(recording, t + d, t + d + 0.4) for d in (1.4, 3.0, 4.5))
        tap.close(flat.level(60.0), 20.0 * math.log10(0.2 * 0.8), 0.3, 'A at volume 0.8')
        tap.check(killed.level(60.0) < flat.level(60.0) - 40.0, 'the kill of its bass is heard', killed.level(60.0))
        tap.close(killed.level(8000.0), flat.level(8000.0), 0.5, 'its treble stays')
        tap.close(again.level(60.0), flat.level(60.0), 0.3, 'the bass comes back')
        flat, cut = (Part(recording, t + d, t + d + 0.4, 1) for d in (1.4, 3.0))
        tap.close(cut.level(8000.0) - flat.level(8000.0), -12.0, 0.5, '25 percent of B\'s treble is -12 dB')
    stats = host.stats()
    tap.check(stats['starves'] == 0 and stats['late'] == 0, 'nothing starved, nothing late', stats)
    tap.check(host.close() == 0, 'it ends well', host.errors())


def stems(tap, stage):
    """Several files of one deck on playheads of their own; levels, filters, fades, tempo, status."""
    for i, hz in enumerate((300.0, 500.0, 700.0, 900.0)):
        write_wav(stage.path('%d.wav' % i), tones(8.0, RATE, (hz, 0.2)), RATE)
    host = Mixer(stage, '--decks', '6')
    for i, number in enumerate((100, 101, 1100, 2100)):
        host.tell('/load_buffer', number, stage.path('%d.wav' % i), 'stem %d' % i)
    tap.check(host.shown('Loaded stem 3'), 'files are loaded', host.errors())
    end = host.record('stems.wav', 0.0)
    host.tell('/play_stem', 100, 1.0, 1.0, 1, 0.0)
    host.tell('/play_stem', 101, 1.0, 0.5)
    host.tell('/play_stem', 1100)
    time.sleep(1.2)
    host.tell('/crossfade_levels', 0.5, 0.0)
    time.sleep(0.8)
    host.tell('/deck_filter', 'A', 'mid', 2.0)
    time.sleep(0.8)
    host.tell('/stem_volume', 101, 0.0)
    host.tell('/fade', 'A', 0.3, 0.2)
    time.sleep(1.2)
    host.tell('/get_status')
    tap.check(host.shown('Active players: 3') and 'A:0.00 B:0.00 C:1.00 D:1.00' in host.errors(), 'the status is shown',
              host.errors())
    host.tell('/stop_stem', 100)
    recording = end()
    total = recording.frames / RATE

    def level(at, hz):
        return 10.0 ** (Part(recording, at, at + 0.3).level(hz) / 20.0)
    start = first_sound(recording, 0) / RATE
    tap.close(level(start + 0.5, 300.0), 0.2, 0.004, 'volume 1')
    tap.close(level(start + 0.5, 500.0), 0.1, 0.004, 'volume 0.5, at the same time')
    tap.close(level(start + 0.5, 700.0), 0.16, 0.004, 'volume 0.8 where none is given')
    tap.close(level(start + 1.5, 300.0), 0.1, 0.004, 'the level of A')
    tap.check(level(start + 1.5, 700.0) < 1e-4, 'the level of B')
    tap.check(level(start + 2.3, 500.0) > 1.9 * level(start + 1.5, 500.0), 'the middle of A boosted')
    tap.check(level(total - 0.35, 300.0) < 1e-4, 'A faded')
    host.tell('/deck_levels', 1.0)  # the others stay
    host.tell('/set_tempo', 60.0)
    host.tell('/play_stem', 100, 1.0, 1.0, 1, 0.5)
    tap.check(wait_until(lambda: abs(host.get('/deck/1/speed') - 0.5) < 1e-6), 'half the tempo is half the speed')
    tap.check(wait_until(lambda: host.get('/deck/1/position') > 4.0), 'from the middle on', host.get('/deck/1/position'))
    host.tell('/dance/total_movement', 0.01)
    tap.check(wait_until(lambda: host.get('/deck/1/speed') > 0.51), 'dancing moves the tempo', host.get('/deck/1/speed'))
    host.tell('/print_clock', 1)
    tap.check(host.shown('bar='), 'the clock is printed')
    host.tell('/print_clock', 0)
    host.tell('/reset')
    host.tell('/schedule_c_at', 0.5)
    tap.check(wait_until(lambda: host.get('/deck/3/state') == 'playing'), 'C starts')
    host.tell('/test_tone', 880.0)
    tap.check(host.shown('Loaded test tone'), 'a test tone', host.errors())
    for wrong in (('/deck_eq', 'E', 'low', 5), ('/play_stem', 77), ('/cue', 'A', '/nowhere.wav'), ('/nothing',)):
        host.tell(*wrong)
        time.sleep(2.1)  # such lines are few
        tap.check(host.shown({'/cue': '/nowhere.wav'}.get(wrong[0], wrong[0])), '%s is complained of' % ' '.join(map(str, wrong)))
    host.tell('/mixer_cleanup')
    tap.check(wait_until(lambda: all(host.get('/deck/%d/state' % d) == 'empty' for d in range(1, 5))), 'all is cleaned up')
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(two_decks, stems)
