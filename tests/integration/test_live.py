# SPDX-License-Identifier: GPL-3.0-or-later
# The whole program at a real JACK server: played, moved over OSC, recorded, and what came out checked by numbers.

import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import Part, cookbook_low_shelf, floats, noise, tones, write_wav  # noqa: E402
from stage import BUILD, PROGRAM, RATE, Deckhost, main, wait_until  # noqa: E402
from osc import encode, encode_bundle  # noqa: E402

FADE = 64        # frames, of a start or stop
SEAM = 240       # frames, of a jump or loop: 5 ms
GLIDE = 2400     # frames after which a control has arrived


def same(recording, start, data, first, frames):
    """Whether a recording from frame `start` is `data` from frame `first`, bit for bit; where they part."""
    heard, meant = recording.samples[2 * start:2 * (start + frames)], data[2 * first:2 * (first + frames)]
    if heard == meant:
        return True, ''
    wrong = next((i for i, (a, b) in enumerate(zip(heard, meant)) if a != b), min(len(heard), len(meant)))
    around = [(heard[i], meant[i]) for i in range(wrong, min(wrong + 6, len(heard), len(meant)))]
    return False, 'frame %d (%d in the part) is wrong, heard and meant: %s' % (start + wrong // 2, wrong // 2, around)


def near(recording, start, data, first, frames, gain, tolerance=1e-5):
    heard, meant = recording.samples[2 * start:2 * (start + frames)], data[2 * first:2 * (first + frames)]
    worst = max((abs(a - gain * b) for a, b in zip(heard, meant)), default=1.0)
    return len(heard) == 2 * frames and worst <= tolerance, 'worst difference %g' % worst


def files_and_ports(tap, stage):
    """Files of every format play; the ports are as they should be."""
    synth = os.path.join(BUILD, 'demo', 'synth')
    assert stage.run(synth, stage.folder).returncode == 0
    names = ['drums.wav', 'bass.flac', 'chords.ogg', 'lead.flac']
    ffmpeg = shutil.which('ffmpeg')
    if ffmpeg:
        for extra in ('drums.mp3', 'bass.opus'):
            source = {'drums.mp3': 'drums.wav', 'bass.opus': 'bass.flac'}[extra]
            if stage.run(ffmpeg, '-v', 'error', '-t', '20', '-i', source, '-t', '20', extra).returncode == 0:
                names.append(extra)
    if len(names) == 4:
        tap.skip('MP3 and Opus', 'no ffmpeg to make them')
    host = Deckhost(stage, '--play', *[stage.path(n) for n in names])
    for deck, name in enumerate(names, 1):
        address = '/deck/%d/' % deck
        playing = wait_until(lambda: host.get(address + 'state') == 'playing')
        tap.check(playing, '%s plays' % name, host.get(address + 'state') + host.errors())
        tap.close(host.get(address + 'length'), 20.0 if deck > 4 else 32 * 4 * 60.0 / 122.0, 0.08, '%s: its length' % name)
        tap.check(os.path.basename(host.get(address + 'path')) == name, '%s: its path' % name)
    before = host.get('/deck/1/position')
    tap.check(wait_until(lambda: host.get('/deck/1/position') > before + 0.2), 'the position moves on')
    tap.check(host.get('/master/meter')[0] > -60.0, 'the master meter moves', host.get('/master/meter'))

    ports = stage.ports()
    wanted = ['master_L', 'master_R', 'cue_L', 'cue_R', 'booth_L', 'booth_R', 'mic_L', 'mic_R', 'midi_in', 'midi_out']
    wanted += ['deck%d_%s' % (n, side) for n in range(1, len(names) + 1) for side in 'LR']
    missing = [w for w in wanted if 'deckhost:' + w not in ports]
    tap.check(not missing, 'every port is there', 'missing: %s' % missing)
    extra = [p for p in ports if p.startswith('deckhost:') and p[9:] not in wanted]
    tap.check(not extra, 'no other port is there', extra)
    tap.check(ports.get('deckhost:master_L') == ['system:playback_1'] and
              ports.get('deckhost:master_R') == ['system:playback_2'], 'the master is connected', ports)
    others = {p: c for p, c in ports.items() if p.startswith('deckhost:') and 'master' not in p and c}
    tap.check(not others, 'nothing else is', others)
    stats = host.stats()
    tap.check(stats['rate'] == RATE and stats['block'] == 256 and stats['cycles'] > 0, 'stats know rate and block', stats)
    tap.check(stats['starves'] == 0, 'no deck starved', stats['starves'])
    tap.check(host.close() == 0, '/quit ends it with status 0', host.errors())
    tap.check(not any(p.startswith('deckhost:') for p in stage.ports()), 'its ports are gone')


def options(tap, stage):
    """Options: name, decks, no ports, no connections."""
    host = Deckhost(stage, '--name', 'mix er', '--decks', '7', '--no-connect', '--no-deck-ports')
    ports = stage.ports()
    tap.check('mix er:master_L' in ports and not ports['mix er:master_L'], '--name and --no-connect', ports)
    tap.check(not any(':deck' in p for p in ports), '--no-deck-ports', ports)
    tap.check(host.get('/deck/7/state') == 'empty' and not host.osc.command('/get', '/deck/8/state').ok, '--decks')
    host.process.terminate()
    tap.check(wait_until(lambda: host.process.poll() is not None) and host.process.returncode == 0, 'SIGTERM ends it')


def to_the_frame(tap, stage):
    """Start, gains, jumps, loops and stop of one deck, sample by sample."""
    raw = noise(10 * RATE, 1)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    host = Deckhost(stage, '--no-connect')
    recording = host.record_score('exact', '''
0    /deck/1/load noise.wav
0    /crossfader/curve linear
0.5  /deck/1/play
1.5  /deck/1/fader 0.5
2.0  /deck/1/fader 1
2.5  /deck/1/assign a
3.0  /crossfader -1
3.5  /crossfader 0
3.7  /crossfader 0.5
3.9  /crossfader -1
4.0  /deck/1/seek 0.25
5.0  /deck/1/loop 1.25 1.5
6.0  /deck/1/loop/enable 0
6.5  /deck/1/mute 1
6.7  /deck/1/mute 0
7.0  /deck/1/trim -6
7.3  /deck/1/trim 0
7.4  /master/gain -20
7.6  /master/gain 0
8.0  /deck/1/stop
''', 8.5)
    start = int(0.5 * RATE)
    tap.check(not any(recording.samples[:2 * start]), 'silence before the start')
    tap.check(*[same(recording, start + FADE, data, FADE, RATE - FADE)[0], 'the start is exact, the master the file bit for bit',
                same(recording, start + FADE, data, FADE, RATE - FADE)[1]])

    def check(name, seconds, until, position, gain, exact=False, settle=GLIDE):
        first = int(seconds * RATE) + settle
        at = int(position * RATE) + settle
        frames = int(until * RATE) - first
        good, why = same(recording, first, data, at, frames) if exact else near(recording, first, data, at, frames, gain)
        tap.check(good, name, why)

    check('fader 0.5 halves', 1.5, 2.0, 1.0, 0.5)
    check('fader 1 is bit for bit again', 2.0, 2.5, 1.5, 1.0, exact=True)
    check('side a, cross-fader in the middle, linear: half', 2.5, 3.0, 2.0, 0.5)
    check('cross-fader at a: all of it', 3.0, 3.5, 2.5, 1.0, exact=True)
    check('cross-fader at 0.5: a quarter', 3.7, 3.9, 3.2, 0.25)
    check('a jump lands exactly', 4.0, 5.0, 0.25, 1.0, exact=True, settle=SEAM)
    check('a loop ends where it should', 5.0, 5.25 - 0.006, 1.25, 1.0, exact=True, settle=SEAM)
    check('a loop comes round', 5.25, 5.5 - 0.006, 1.25, 1.0, exact=True, settle=SEAM)
    check('and round', 5.75, 6.0 - 0.006, 1.25, 1.0, exact=True, settle=SEAM)
    check('the loop is left', 6.0, 6.5, 1.25, 1.0, exact=True, settle=SEAM)
    check('mute', 6.5, 6.7, 1.75, 0.0)
    check('unmute', 6.7, 7.0, 1.95, 1.0, exact=True)
    check('trim -6 dB', 7.0, 7.3, 2.25, 10 ** (-6 / 20))
    check('master gain -20 dB', 7.4, 7.6, 2.65, 0.1)
    check('up to the stop', 7.6, 8.0, 2.85, 1.0, exact=True)
    last = int(8.0 * RATE)
    tap.check(not any(recording.samples[2 * (last + FADE):]), 'silence after the stop')
    tap.check(host.get('/deck/1/state') != 'playing' and abs(host.get('/deck/1/position')) < 1e-6, 'stop goes to the cue point')
    tap.check(host.stats()['starves'] == 0 and host.stats()['late'] == 0, 'nothing starved, nothing late', host.stats())
    tap.check(host.close() == 0, 'it ends well', host.errors())


def together(tap, stage):
    """Several decks on one frame, by /start and by time tags."""
    raws = [noise(5 * RATE, seed) for seed in (1, 2, 3)]
    for i, raw in enumerate(raws, 1):
        write_wav(stage.path('n%d.wav' % i), raw, RATE)
    host = Deckhost(stage, '--no-connect')
    recording = host.record_score('group', '''
0    /deck/1/load n1.wav
0    /deck/2/load n2.wav
0    /deck/3/load n3.wav
0.25 /start 0.25 1 2 3
''', 2.0)
    total = floats(raws[0])
    a, b, c = (floats(r) for r in raws)
    for i in range(len(total)):
        total[i] = a[i] + b[i] + c[i]
    good, why = near(recording, RATE // 2 + FADE, total, FADE, RATE, 1.0, 1e-6)
    tap.check(good, '/start: three decks, one frame', why)
    host.ask('/stop')

    for deck in (1, 2):
        host.ask('/deck/%d/seek' % deck, 0)
    path = stage.path('bundle.wav')
    host.ask('/record/start', path)
    now = time.time()
    host.osc.drain()
    for deck, when in ((1, now + 0.7), (2, now + 1.2)):
        host.osc.send(encode_bundle(when, encode('/deck/%d/play' % deck)))
    time.sleep(2.0)
    host.ask('/stop')
    host.ask('/record/stop')
    from wavefile import WaveFile
    recording = WaveFile(path)
    behind = 2 * FADE  # the stop may still be fading out as the recording begins
    first = next(i for i in range(behind, recording.frames) if recording.samples[2 * i] or recording.samples[2 * i + 1])
    starts = [s for s in range(max(first - 2, 0), first + 3) if same(recording, s + FADE, a, FADE, 4800)[0]]
    tap.check(len(starts) == 1, 'a time tag starts a deck', 'sound from frame %d' % first)
    if starts:
        def second(at):
            meant = floats(raws[0][:0])
            k = at - starts[0]
            meant.extend(a[2 * (FADE + k) + i] + b[2 * FADE + i] for i in range(9600))
            return near(recording, at + FADE, meant, 0, 4800, 1.0, 1e-6)[0]
        found = [k for k in range(RATE // 2 - 3, RATE // 2 + 4) if second(starts[0] + k)]
        tap.check(found and abs(found[0] - RATE // 2) <= 1, 'two time tags keep their distance within a frame', found)
    tap.check(host.close() == 0, 'it ends well', host.errors())


def sound(tap, stage):
    """EQ, speed, key lock and pitch, measured on tones."""
    write_wav(stage.path('three.wav'), tones(6, RATE, (60, 0.1), (1000, 0.1), (10000, 0.1)), RATE)
    write_wav(stage.path('kilo.wav'), tones(12, 44100, (1000, 0.25)), 44100)
    host = Deckhost(stage, '--no-connect')
    r = host.record_score('eq', '''
0   /deck/1/load three.wav
0.1 /deck/1/play
0.8 /deck/1/eq/low -12
1.6 /deck/1/eq/low 0
1.6 /deck/1/eq/mode 1
1.6 /deck/1/eq/kill/low 1
2.4 /deck/1/eq/kill/low 0
2.4 /deck/1/eq/kill/high 1
3.2 /deck/1/eq/kill/high 0
3.2 /deck/1/eq/mode 0
3.2 /deck/1/eq/set mid 6
''', 4.2)
    flat = Part(r, 0.3, 0.8)
    base = {hz: flat.level(hz) for hz in (60, 1000, 10000)}
    for hz in base:
        tap.close(base[hz], -20.0, 0.05, 'flat: %d Hz as it is' % hz)

    def change(start, hz, expected, tolerance, name):
        part = Part(r, start + 0.2, start + 0.7)
        tap.close(part.level(hz) - base[hz], expected, tolerance, name)
    for hz in (60, 1000, 10000):
        change(0.8, hz, cookbook_low_shelf(hz, -12.0, 200.0, 0.7, RATE), 0.1, 'low -12 dB: %d Hz as the cookbook says' % hz)
    killed = Part(r, 1.8, 2.3)
    tap.check(killed.level(60) - base[60] < -35.0, 'isolator, low killed: 60 Hz down', killed.level(60) - base[60])
    change(1.6, 10000, 0.0, 0.1, 'low killed: 10 kHz as it was')
    killed = Part(r, 2.6, 3.1)
    tap.check(killed.level(10000) - base[10000] < -28.0, 'high killed: 10 kHz down', killed.level(10000) - base[10000])
    change(2.4, 60, 0.0, 0.1, 'high killed: 60 Hz as it was')
    change(3.2, 1000, 6.0, 0.1, 'mid +6 dB: 1 kHz up')

    r = host.record_score('pitch', '''
0    /deck/1/load kilo.wav
0    /deck/1/eq/mid 0
0.1  /deck/1/play
1.0  /deck/1/speed 1.5
2.0  /deck/1/speed 1
2.0  /deck/1/pitch 2
3.2  /deck/1/pitch 5
4.6  /deck/1/pitch 0
4.6  /deck/1/keylock 1
4.6  /deck/1/speed 1.1
6.0  /deck/1/speed 0.7
7.6  /deck/1/speed 1
''', 8.6)
    for start, end, hz, tolerance, name in (
            (0.3, 0.9, 1000.0, 0.05, 'a file of another rate sounds as it should'),
            (1.3, 1.9, 1500.0, 0.05, 'speed 1.5: a fifth higher'),
            (2.6, 3.1, 1000.0 * 2 ** (2 / 12), 0.5, 'pitch 2: two semitones higher'),
            (4.0, 4.5, 1000.0 * 2 ** (5 / 12), 2.0, 'pitch 5: a fourth higher'),
            (5.3, 5.9, 1000.0, 0.5, 'speed 1.1 with key lock: as it was'),
            (6.9, 7.5, 1000.0, 2.0, 'speed 0.7 with key lock: as it was')):
        part = Part(r, start, end)
        tap.close(part.frequency(hz), hz, tolerance, name)
        tap.check(-16.0 < part.level(hz) < -10.0, name + ', as loud', part.level(hz))
    tap.check(host.stats()['starves'] == 0, 'no deck starved')
    tap.check(host.close() == 0, 'it ends well', host.errors())


def commands(tap, stage):
    """Commands and their answers over OSC and from the terminal."""
    write_wav(stage.path('n.wav'), noise(3 * RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/1/load', stage.path('n.wav'))
    for address, value in (('/deck/1/speed', 1.25), ('/deck/1/pitch', -3.5), ('/deck/1/keylock', 1), ('/deck/1/repeat', 1),
                           ('/deck/1/eq/low', -12.0), ('/deck/1/eq/mid', 3.0), ('/deck/1/eq/high', -6.5),
                           ('/deck/1/eq/kill/mid', 1), ('/deck/1/eq/mode', 1), ('/deck/1/trim', -4.5),
                           ('/deck/1/fader', 0.25), ('/deck/1/mute', 1), ('/deck/1/pfl', 1), ('/deck/1/assign', 'b'),
                           ('/crossfader', -0.75), ('/crossfader/curve', 'power'), ('/master/gain', -3.0),
                           ('/cue/gain', -9.0), ('/cue/mix', 0.5)):
        host.ask(address, value)
        got = host.get(address)
        tap.check(got == value, '%s %s, and read back' % (address, value), got)
    answer = host.osc.command('/deck/1/fader', '#17', 0.5)
    tap.check(answer.ok and answer.rest[:2] == ['/deck/1/fader', '#17'], 'an id comes back', answer.rest)
    host.osc.drain()
    for packet in [encode('/deck/1/fader', 0.5)] * 5:
        host.osc.send(packet)
    ends = 0
    while host.osc.receive(10.0 if ends < 5 else 0.3):
        ends += 1
    tap.check(ends == 5, 'five commands, five answers', ends)
    found = host.ask('/get', '/deck/*/fader').values
    tap.check(sorted(found) == ['/deck/%d/fader' % n for n in range(1, 5)], 'patterns', found)
    tap.check(len(host.ask('/help').help) > 40, 'help lists the table')
    host.ask('/ramp', '/deck/1/fader', 1.0, 2.0)
    middle = host.get('/deck/1/fader')
    tap.check(0.4 < middle < 1.0, 'a ramp takes its time', middle)
    tap.check(wait_until(lambda: host.get('/deck/1/fader') == 1.0), 'and gets there', host.get('/deck/1/fader'))

    r = host.send('/deck/1/eq/low', '-12')
    tap.check(r.returncode == 0 and r.stdout.startswith('/ok /deck/1/eq/low'), 'deckhost send answers', r.stdout + r.stderr)
    r = host.send('/get', '/deck/1/eq/low')
    tap.check(r.stdout.splitlines() == ['/value /deck/1/eq/low -12', '/ok /get'] or
              r.stdout.startswith('/value /deck/1/eq/low -12\n/ok /get'), 'and shows values', r.stdout)
    r = host.send('/deck/1/eq/low', '99')
    tap.check(r.returncode == 1 and '/error' in r.stdout and '12' in r.stdout, 'and errors, with the range', r.stdout)
    r = stage.run(PROGRAM, 'watch', '--osc', str(host.port), '--seconds', '1')
    tap.check(r.returncode == 0 and 'load' in r.stdout, 'deckhost watch shows it', r.stdout + r.stderr)
    if shutil.which('oscsend'):
        stage.run('oscsend', 'localhost', str(host.port), '/deck/1/trim', 'f', '-7.5')
        tap.check(wait_until(lambda: host.get('/deck/1/trim') == -7.5), 'oscsend drives it')
    else:
        tap.skip('oscsend drives it', 'no liblo-tools')
    host.ask('/deck/1/unload')
    tap.check(wait_until(lambda: host.get('/deck/1/state') == 'empty'), 'unload empties')
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(files_and_ports, options, to_the_frame, together, sound, commands)
