# SPDX-License-Identifier: GPL-3.0-or-later
# The mixer at a real JACK server: limiter on and exact starts, the microphone's latency as JACK is told it and as it
# is, meters, loudness, booth; and the same score rendered.

import math
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, tones, write_wav  # noqa: E402
from stage import PROGRAM, RATE, Deckhost, main, wait_until  # noqa: E402
from wavefile import WaveFile  # noqa: E402

FADE = 64


def same(recording, start, data, first, frames):
    return recording.samples[2 * start:2 * (start + frames)] == data[2 * first:2 * (first + frames)]


SCORE = '''
0    /deck/1/load noise.wav
0    /deck/2/load noise.wav
0    /deck/2/fader 0
0    /master/limiter 1
0.5  /deck/1/play
1.5  /master/limiter 0
2.5  /master/limiter 1
3.5  /deck/1/pause
'''


def limiter(tap, stage):
    """With the limiter on starts are exact and what is below the ceiling isn't touched; it comes and goes unheard."""
    raw = noise(5 * RATE, 7)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    host = Deckhost(stage, '--no-connect')
    start = int(0.5 * RATE)
    live = host.record_score('limited', SCORE, 4.0)
    tap.check(not any(live.samples[:2 * start]), 'silence before the start')
    tap.check(same(live, start + FADE, data, FADE, 3 * RATE - FADE), 'live: on its frame, bit for bit, limiter on and off')
    tap.check(host.get('/master/latency') == 96, 'it says what it delays', host.get('/master/latency'))
    with open(stage.path('render.score'), 'w') as file:
        file.write(SCORE)
    done = stage.run(PROGRAM, 'render', 'render.score', '-o', 'rendered.wav', '--length', '4')
    tap.check(done.returncode == 0, 'it renders', done.stderr)
    rendered = WaveFile(stage.path('rendered.wav'))
    tap.check(same(rendered, start + FADE, data, FADE, 3 * RATE - FADE), 'rendered: likewise')

    loud = tones(6.0, RATE, (997, 0.9))
    write_wav(stage.path('tone.wav'), loud, RATE)
    again = host.record_score('loud', '''
0    /deck/1/load tone.wav
0    /deck/1/trim 6
0    /master/limiter 1
0    /master/limiter/ceiling -1
0.5  /deck/1/play
''', 2.5)
    peak = max(abs(x) for x in again.samples)
    tap.check(10 ** (-1.01 / 20) < peak <= 10 ** (-1 / 20) * 1.000001, 'true to its ceiling', peak)
    tap.close(host.get('/master/limiter/reduction'), 6 + 20 * math.log10(0.9) + 1, 0.05, 'shows its reduction')
    tap.close(host.get('/master/meter/rms')[0], -4.01, 0.1, 'RMS')
    tap.close(host.get('/master/meter/hold')[1], -1.0, 0.02, 'peak hold')
    tap.check(host.get('/master/clips') == 0 and host.get('/deck/1/clips') > 100, 'clips, before it only')
    tap.check(host.ask('/clips/reset').ok and host.get('/deck/2/clips') == 0, 'clips are reset')
    host.close()


def microphone(tap, stage):
    """What goes from the microphone's port to the master's, and how long it takes."""
    raw = noise(5 * RATE, 9)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    host = Deckhost(stage, '--no-connect')
    for side in 'LR':
        stage.run('jack_connect', 'deckhost:deck2_' + side, 'deckhost:mic_' + side)
        stage.run('jack_connect', 'deckhost:master_' + side, 'system:playback_1')
    for on in (0, 1):
        host.ask('/master/limiter', on)
        wait_until(lambda: host.get('/mic/latency') == 96 * on)
        delay = host.get('/mic/latency')
        tap.check(delay == 96 * on, 'limiter %d: it says %d frames' % (on, delay))
        said = [int(line.split()[5]) for line in stage.run('jack_lsp', '-l', 'deckhost:mic_L').stdout.splitlines()
                if 'playback' in line]
        beyond = [int(line.split()[5]) for line in stage.run('jack_lsp', '-l', 'deckhost:master_L').stdout.splitlines()
                  if 'playback' in line]
        tap.check(said and said[0] - beyond[0] == delay, 'and so does JACK', (said, beyond))
        heard = host.record_score('mic%d' % on, '''
0    /deck/2/load noise.wav
0    /deck/2/fader 0
0    /mic/enable 1
0.5  /deck/2/play
''', 2.0)
        at = int(0.5 * RATE) + 256 + delay  # a loop through JACK takes a period
        tap.check(same(heard, at + FADE, data, FADE, RATE - FADE), 'and that is what it takes, to the frame')
        host.ask('/deck/2/stop')
    host.ask('/mic/eq/low', -12.0)
    tap.check(host.get('/mic/eq/low') == -12.0 and host.get('/mic/eq/mode') in ('tone', 0), 'it has an EQ')
    host.close()


def loudness(tap, stage):
    """EBU R 128: a stereo sine of 1 kHz at -23 dBFS has -23 LUFS."""
    write_wav(stage.path('sine.wav'), tones(5.0, RATE, (1000, 10 ** (-23 / 20))), RATE)
    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/1/load', stage.path('sine.wav'))
    host.ask('/deck/1/play')
    time.sleep(0.3)
    host.ask('/master/loudness/reset')
    time.sleep(3.5)
    m, s, i, r = host.get('/master/loudness')
    for value, name in ((m, 'momentary'), (s, 'short-term'), (i, 'integrated')):
        tap.close(value, -23.0, 0.1, name)
    tap.close(r, 0.0, 0.1, 'range')
    host.close()


main(limiter, microphone, loudness)
