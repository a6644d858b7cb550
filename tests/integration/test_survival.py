# SPDX-License-Identifier: GPL-3.0-or-later
# What a JACK server can do to a client that plays.

import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, main, wait_until  # noqa: E402


def another_rate(tap, stage):
    """The server ends and comes back at other rates."""
    for name in ('a.wav', 'b.wav'):
        write_wav(stage.path(name), noise(60 * RATE, 1), RATE)
    host = Deckhost(stage, stage.path('a.wav'), stage.path('b.wav'), '--play', '--name', 'mixer', '--decks', '5')
    assert wait_until(lambda: host.get('/deck/2/state') == 'playing')
    host.ask('/deck/remove', 4)
    host.ask('/deck/3/load', stage.path('b.wav'))
    wanted = {'/deck/1/eq/low': -9.5, '/deck/1/speed': 1.02, '/deck/1/keylock': 1, '/deck/2/fader': 0.25, '/deck/2/trim': -3.0,
              '/deck/3/cue': 4.5, '/deck/1/hotcue/7/set': 3.25, '/deck/5/assign': 'b', '/crossfader': 0.5, '/mic/gain': 2.0,
              '/group/1/exclusive': 1, '/cue/mix': 0.25}
    for address, value in wanted.items():
        host.ask(address, value)
    host.ask('/deck/2/loop', 1.0, 9.0)
    host.ask('/deck/1/eq/set', 'low_freq', 321.0)
    host.ask('/group/1/add', 3)
    host.ask('/ramp', '/master/gain', -6.0, 30.0)  # still on its way when the server goes
    assert stage.run('jack_connect', 'mixer:deck2_L', 'system:playback_2').returncode == 0
    time.sleep(1.5)  # until the connections were seen
    last = RATE
    for rate, kill in ((44100, signal.SIGTERM), (96000, signal.SIGKILL), (RATE, signal.SIGTERM)):
        host.osc.drain()
        stage.jackd.send_signal(kill)
        stage.jackd.wait()
        assert wait_until(lambda: 'stand still' in host.errors().split('at %d Hz' % last)[-1])
        before = [host.get('/deck/%d/position' % d) for d in (1, 2)]
        host.ask('/deck/1/hotcue/2/set', 7.5)  # while there is none
        stage.jack[0][2] = str(rate)
        stage.restart_jack()
        tap.check(wait_until(lambda: host.stats()['rate'] == rate, 20.0), '%d Hz: it is there' % rate, host.errors())
        playing = wait_until(lambda: all(host.get('/deck/%d/state' % d) == 'playing' for d in (1, 2)), 10.0)
        tap.check(playing, 'what played plays', host.errors())
        first = [host.get('/deck/%d/position' % d) for d in (1, 2)]
        tap.check(before[0] - 0.01 <= first[0] < before[0] + 3.0, 'deck 1 is where it was', (before, first))
        tap.check(1.0 <= first[1] < 9.0, 'deck 2 is in its loop', (before, first))
        tap.check(host.get('/deck/3/state') in ('cued', 'paused') and host.get('/deck/5/state') == 'empty', 'what stood stands')
        tap.check(not host.osc.command('/get', '/deck/4/state').ok, 'the deck that was removed is not there')
        got = {a: host.get(a) for a in wanted}
        tap.check(all(v == got[a] or abs(v - got[a]) < 1e-6 for a, v in wanted.items()), 'all controls', (wanted, got))
        tap.check(host.get('/deck/2/loop') == [1.0, 9.0] and host.get('/deck/1/hotcue/2/set') == 7.5, 'loop and hot cues')
        tap.close(host.get('/master/gain'), -6.0, 1e-6, 'a ramp has arrived')
        tap.check(host.get('/group/1/decks') == '3', 'groups', host.get('/group/1/decks'))
        tap.check(wait_until(lambda: 'system:playback_2' in stage.ports().get('mixer:deck2_L', ())), 'connections', stage.ports())
        a, t = host.get('/deck/1/position'), host.stats()['cycles']
        time.sleep(2.0)
        b, u = host.get('/deck/1/position'), host.stats()['cycles']
        tap.close((b - a) / ((u - t) * 256.0 / rate), 1.02, 0.05, 'and the tempo')
        tap.check(not any('deck4' in p for p in stage.ports()), 'ports of the decks there are')
        last = rate
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(another_rate)
