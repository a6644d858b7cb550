# SPDX-License-Identifier: GPL-3.0-or-later
# Decks that come and go at a real JACK server while others play.

import array
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, main, wait_until  # noqa: E402

FADE = 64  # frames, of a start


def ports_of(stage, deck):
    return [p for p in stage.ports() if p in ('deckhost:deck%d_L' % deck, 'deckhost:deck%d_R' % deck)]


def come_and_go(tap, stage):
    """Decks are added, loaded, played and removed while another plays on, bit for bit."""
    raw = noise(20 * RATE, 1)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    write_wav(stage.path('silence.wav'), array.array('h', bytes(4 * RATE)), RATE)  # adds nothing to the master
    host = Deckhost(stage, '--decks', '2', '--no-connect', stage.path('noise.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    host.ask('/record/start', stage.path('out.wav'))
    host.ask('/deck/1/play', 0.2)

    number = host.ask('/deck/add').rest[1]
    tap.check(number == 3, '/deck/add answers the number', number)
    tap.check(len(ports_of(stage, 3)) == 2, 'its ports are there', stage.ports())
    host.ask('/deck/3/load', stage.path('silence.wav'))
    host.ask('/deck/3/play')
    stage.run('jack_connect', 'deckhost:deck3_L', 'system:playback_1')
    tap.check(wait_until(lambda: host.get('/deck/3/state') == 'playing'), 'it plays')
    host.ask('/deck/remove', 3)
    tap.check(not ports_of(stage, 3), 'its ports are gone with the answer', stage.ports())
    answer = host.osc.command('/deck/3/play')
    tap.check(not answer.ok and answer.text == 'no deck 3: there are 2', 'and nobody knows it', answer.text)

    begin = time.monotonic()
    turns = 0
    while time.monotonic() < begin + 6.0:
        number = host.ask('/deck/add').rest[1]
        host.osc.command('/deck/%d/load' % number, stage.path('silence.wav'))
        host.ask('/deck/%d/play' % number)
        host.ask('/deck/remove', number)
        turns += number == 3
    tap.check(turns >= 20 and not ports_of(stage, 3), '%d of them come and go, all as deck 3' % turns)
    while host.ask('/deck/add').rest[1] < 64:
        pass
    tap.check(len([p for p in stage.ports() if p.startswith('deckhost:deck')]) == 128, '64 decks have their ports')
    answer = host.osc.command('/deck/add')
    tap.check(not answer.ok and '64' in answer.text, 'a 65th is refused', answer.text)
    for deck in range(64, 2, -1):
        host.ask('/deck/remove', deck)
    tap.check(len([p for p in stage.ports() if p.startswith('deckhost:deck')]) == 4, 'two are left, with theirs')
    stats = host.stats()
    tap.check(stats['starves'] == 0, 'no deck starved', stats)
    host.ask('/record/stop')
    tap.check(host.close() == 0, 'it ends well', host.errors())

    from wavefile import WaveFile
    heard = WaveFile(stage.path('out.wav')).samples
    first = next(i for i, x in enumerate(heard) if x) // 2
    frames = len(heard) // 2 - first
    start = next(k for k in range(0, 4) if heard[2 * (first + 100)] == data[2 * (100 + k)])  # noise may begin with 0
    same = all(heard[2 * (first + i)] == data[2 * (i + start)] for i in range(FADE, min(frames, 18 * RATE)))
    tap.check(same and frames > 6 * RATE, 'the one that played all the while is whole, %.1f s' % (frames / RATE))


if __name__ == '__main__':
    main(come_and_go)
