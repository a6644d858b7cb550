# SPDX-License-Identifier: GPL-3.0-or-later
# A MIDI controller at a real JACK server: what it does is heard at its frame, and it is shown what came of it.

import array
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import write_wav  # noqa: E402
from stage import BUILD, RATE, Deckhost, main, wait_until  # noqa: E402
from server import die_with_parent  # noqa: E402
from wavefile import WaveFile  # noqa: E402

CLICK = 3000  # frame of a track at which its click is
ROUNDS = 4    # on a machine that is busy with other things a command may come late, and is counted so


class Controller:
    """The fixture: messages out at exact frames, what comes in."""

    def __init__(self, stage, host_ports='deckhost'):
        self.stage = stage
        self.log = open(stage.path('controller.log'), 'w+')
        self.process = subprocess.Popen([os.path.join(BUILD, 'tests/integration/midi_tool'), 'controller'], text=True,
                                        stdin=subprocess.PIPE, stdout=self.log, env=stage.env, preexec_fn=die_with_parent)
        stage.processes.started.append(self.process)
        assert wait_until(lambda: 'ready' in stage.text('controller.log'))
        for pair in (('controller:out', host_ports + ':midi_in'), (host_ports + ':midi_out', 'controller:in'),
                     ('controller:click', host_ports + ':mic_L')):
            assert stage.run('jack_connect', *pair).returncode == 0, pair

    def send(self, *messages):
        """(frame, byte, byte, ...) each."""
        gone = self.stage.text('controller.log').count('gone')
        for frame, *data in messages:
            self.process.stdin.write('%d %s\n' % (frame, ' '.join('%x' % b for b in data)))
        self.process.stdin.write('go\n')
        self.process.stdin.flush()
        assert wait_until(lambda: self.stage.text('controller.log').count('gone') > gone)

    def came(self):
        lines = self.stage.text('controller.log').splitlines()
        return [tuple(int(b, 16) for b in line.split()[2:]) for line in lines if line.startswith('in ')]


def click_track(path, level):
    data = array.array('h', bytes(4 * 4 * RATE))
    data[2 * CLICK] = data[2 * CLICK + 1] = int(level * 32768)
    write_wav(path, data, RATE)


def find(recording, level):
    """Frames at which a click of this level lies."""
    left = recording.samples[0::2]
    return [i for i, x in enumerate(left) if abs(x - level) < 0.01]


def frames(tap, stage):
    """What a controller does is heard so many frames later, always the same number."""
    levels = (0.5, 0.4, 0.3)
    for i, level in enumerate(levels):
        click_track(stage.path('%d.wav' % (i + 1)), level)
    host = Deckhost(stage, '--no-connect', *(stage.path('%d.wav' % (i + 1)) for i in range(3)))
    assert wait_until(lambda: host.get('/deck/3/state') == 'cued')
    controller = Controller(stage)
    host.ask('/mic/enable', 1)
    for i in range(3):
        host.ask('/midi/bind', 'note 1 %d' % (36 + i), '/deck/%d/play' % (i + 1))
    host.ask('/midi/bind', 'note 1 50', '/stop')
    host.ask('/midi/bind', 'note 1 51', '/deck/1/cue/go')
    latency = host.get('/midi/latency')
    tap.check(latency == 256 + 144, 'one block and 3 ms', latency)
    at = (5, 5 + 777, 5 + 12345)
    for attempt in range(ROUNDS):
        before = host.stats()['late']
        path = stage.path('r%d.wav' % attempt)
        host.ask('/record/start', path)
        time.sleep(0.2)
        controller.send(*((at[i], 0x90, 36 + i, 100) for i in range(3)), (2 * RATE // 3, 0x90, 50, 100))
        assert wait_until(lambda: host.get('/deck/1/state') in ('cued', 'paused'))
        host.ask('/record/stop')
        late = host.stats()['late'] - before
        for i in range(3):
            host.ask('/deck/%d/stop' % (i + 1))
        if not late:
            break
    if late:
        tap.skip('to the frame', 'this machine is too busy: %d commands were late' % late)
    else:
        recording = WaveFile(path)
        moves = find(recording, 0.25)[:3]
        tap.check(len(moves) == 3 and moves[1] - moves[0] == 777, 'three moves are in the recording', moves)
        heard = [find(recording, level) for level in levels]
        distances = [h[0] - m - CLICK for h, m in zip(heard, moves)] if all(heard) else heard
        tap.check(distances == [latency] * 3, 'each is heard %d frames later, to the sample' % latency, distances)
    stats = host.stats()
    tap.check(stats['midi/events'] >= 4 and stats['midi/malformed'] == 0 and stats['midi/lost'] == 0, 'events are counted', stats)

    controller.send((0, 0x90, 200, 1), (1, 0x90), (2, 0x40, 1, 2), (3, 0xF0, 1, 2, 3, 4, 0xF7), (4, 0xB0, 7, 0xFF))
    assert wait_until(lambda: host.stats()['midi/skipped'] >= 1)
    time.sleep(0.1)
    stats = host.stats()
    tap.check(stats['midi/malformed'] + stats['midi/skipped'] >= 3, 'what is no short message is counted and does nothing',
              {k: v for k, v in stats.items() if k.startswith('midi/')})
    burst = [(i * 16, 0xB0, 70, i % 128) for i in range(2000)]
    host.ask('/midi/bind', 'cc 1 70', '/crossfader', 'jump')
    controller.send(*burst)
    tap.check(wait_until(lambda: abs(host.get('/crossfader') - (-1 + 2 * (1999 % 128) / 128.0)) < 0.02), 'a storm of moves ends where it ends',
              host.get('/crossfader'))
    stats = host.stats()
    tap.check(stats['midi/lost'] == 0 and stats['midi/refused'] == 0, 'and none is lost', stats)
    tap.check(host.close() == 0, 'it ends well', host.errors())


def shown(tap, stage):
    """Lights and motors: whatever moves a value; and learning."""
    click_track(stage.path('1.wav'), 0.5)
    host = Deckhost(stage, '--no-connect', '--midi-map', 'two-channel', stage.path('1.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    controller = Controller(stage)

    def came(*message):
        return wait_until(lambda: message in controller.came(), 3.0)
    tap.check(came(0x90, 36, 0), 'a controller that is connected is told how all stands', controller.came())
    tap.check(came(0xB0, 7, 127) and came(0xE0, 0, 0x40), 'faders, too', controller.came())
    host.ask('/deck/1/play')
    tap.check(came(0x90, 36, 127), 'a deck that plays lights its pad', controller.came()[-5:])
    host.ask('/deck/1/fader', 0.25)
    tap.check(came(0xB0, 7, 32), 'a fader that OSC moves moves the motor')
    with open(stage.path('s.score'), 'w') as file:
        file.write('0.1 /deck/1/keylock 1\n')
    host.ask('/score/play', stage.path('s.score'))
    tap.check(came(0x90, 39, 127), 'a score lights a button')
    n = len(controller.came())
    controller.send((0, 0x90, 38, 100), (4800, 0x80, 38, 0))
    tap.check(wait_until(lambda: host.get('/deck/1/pfl') == 1), 'a pad switches')
    tap.check(came(0x90, 38, 127), 'and is lit')
    time.sleep(0.3)
    own = [m for m in controller.came()[n:] if m[1] == 38]
    tap.check(len(own) <= 3, 'no storm', own)

    tap.check(host.get('/midi/learn') == '', 'nothing is learned')
    host.ask('/midi/learn', '/deck/2/speed', 0.5, 1.5)
    controller.send((0, 0xB4, 20, 10), (1, 0xB4, 52, 3))
    tap.check(wait_until(lambda: host.get('/midi/learn') == ''), 'the next controller is bound')
    controller.send((0, 0xB4, 20, 127), (1, 0xB4, 52, 127))
    tap.check(wait_until(lambda: host.get('/deck/2/speed') == 1.5), 'with 14 bits', host.get('/deck/2/speed'))
    tap.check(host.get('/midi/last') == 'cc14 5 20 16383', 'what came last is shown', host.get('/midi/last'))
    answer = host.ask('/midi/save', stage.path('mine.map'))
    text = stage.text('mine.map')
    tap.check('cc14 5 20' in text and '/deck/2/speed' in text and '0.5 1.5' in text, 'it is saved', text[-300:])
    saved = answer.rest[1]
    host.ask('/midi/forget', '/deck/2/speed')
    tap.check('cc14 5 20' not in host.send('/midi/map').stdout, 'it is forgotten')
    tap.check(host.ask('/midi/load', stage.path('mine.map')).rest[1] == saved, 'it is loaded')
    tap.check('cc14 5 20' in host.send('/midi/map').stdout, 'and there again')
    with open(stage.path('bad.map'), 'w') as file:
        file.write('cc 1 7 /deck/1/fader\ncc 1 300 /deck/1/trim\n')
    answer = host.osc.command('/midi/load', stage.path('bad.map'))
    tap.check(not answer.ok and 'bad.map:2' in answer.text and host.ask('/midi/map').rest[1] == saved,
              'a bad one is refused with its line, and nothing is changed', answer.text)
    for name in ('two-channel', 'pad-grid', 'motor-faders'):
        tap.check(host.ask('/midi/load', name).rest[1] > 10, 'the ready map %s is found by its name' % name)
    host.ask('/session/save', stage.path('a.session'))
    host.ask('/midi/clear')
    host.ask('/session/load', stage.path('a.session'))
    tap.check(host.ask('/midi/map').rest[1] > 10 and '/midi/bind "bend 1" /deck/1/fader "0 1 jump"' in stage.text('a.session'),
              'a session holds the map')
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(frames, shown)
