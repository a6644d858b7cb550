# SPDX-License-Identifier: GPL-3.0-or-later
# Decks on one engine, mixed on another, as docs/several-machines.md says: two JACK servers over netjack2.

import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, free_port, main, start_server, wait_until  # noqa: E402
from wavefile import WaveFile  # noqa: E402


def netjack(tap, stage):
    """A deck of one machine comes in at the microphone of another, bit for bit."""
    if not shutil.which('jack_load'):
        tap.skip('netjack2', 'no jack_load')
        return
    port = str(free_port())
    raw = noise(20 * RATE, 1)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    loaded = stage.run('jack_load', 'netmanager', '-i', '-a 127.0.0.1 -p ' + port)
    tap.check('running' in loaded.stdout + loaded.stderr, 'the mixing machine waits for others', loaded.stdout + loaded.stderr)
    _, far = start_server(stage.processes, 'far', ['net', '-a', '127.0.0.1', '-p', port, '-C', '2', '-P', '2'],
                          stage.path('far.log'), stage.env, stage.flags)
    tap.check(wait_until(lambda: any(p.endswith(':from_slave_1') for p in stage.ports())), 'the other one is there', stage.ports())
    client = next(p.split(':')[0] for p in stage.ports() if p.endswith(':from_slave_1'))

    mixing = Deckhost(stage, '--no-connect')
    playing = Deckhost(stage, '--no-connect', stage.path('noise.wav'), env=far, log='far-deckhost.log')
    assert wait_until(lambda: playing.get('/deck/1/state') == 'cued')
    for i, side in enumerate('LR', 1):
        for env, source, sink in ((far, 'deckhost:deck1_' + side, 'system:playback_%d' % i),
                                  (stage.env, '%s:from_slave_%d' % (client, i), 'deckhost:mic_' + side)):
            r = stage.run('jack_connect', source, sink, env=env)
            tap.check(r.returncode == 0, '%s -> %s' % (source, sink), r.stdout + r.stderr)
    mixing.ask('/mic/enable', 1)
    mixing.ask('/record/start', stage.path('out.wav'))
    playing.ask('/deck/1/play')
    time.sleep(2.5)
    mixing.ask('/record/stop')
    samples = WaveFile(stage.path('out.wav')).samples
    first = next((i for i, x in enumerate(samples) if x), None)
    tap.check(first is not None, 'it is heard there')
    probe = 2 * (first // 2 + 4800)
    place = next((i for i in range(0, len(data) - 8, 2) if data[i:i + 8] == samples[probe:probe + 8]), None)
    tap.check(place is not None, 'as it was played')
    if place is not None:
        same = next((i for i in range(min(len(samples) - probe, 2 * RATE)) if samples[probe + i] != data[place + i]), None)
        tap.check(same is None, 'bit for bit for a second', same)
    tap.check(playing.close() == 0 and mixing.close() == 0, 'both end well', playing.errors() + mixing.errors())


if __name__ == '__main__':
    main(netjack)
