# SPDX-License-Identifier: GPL-3.0-or-later
# What a JACK server can do to a client that plays.

import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, write_wav  # noqa: E402
from stage import PROGRAM, RATE, Deckhost, main, wait_until  # noqa: E402


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
    for where in ('/deck/1', '/mic', '/master'):
        host.ask(where + '/insert/2/load', 'urn:deckhost:eq')
    host.ask('/master/insert/2/set', 'high', -4.5)
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
        inserts = [host.get(w + '/insert/2/plugin') for w in ('/deck/1', '/mic', '/master')]
        tap.check(inserts == ['urn:deckhost:eq'] * 3, 'inserts', inserts)
        tap.check(wait_until(lambda: 'system:playback_2' in stage.ports().get('mixer:deck2_L', ())), 'connections', stage.ports())
        a, t = host.get('/deck/1/position'), host.stats()['cycles']
        time.sleep(2.0)
        b, u = host.get('/deck/1/position'), host.stats()['cycles']
        tap.close((b - a) / ((u - t) * 256.0 / rate), 1.02, 0.05, 'and the tempo')
        tap.check(not any('deck4' in p for p in stage.ports()), 'ports of the decks there are')
        last = rate
    tap.check(host.close() == 0, 'it ends well', host.errors())


def buffer_sizes(tap, stage):
    """Another buffer size again and again, and freewheel, while a deck plays and is recorded."""
    raw = noise(40 * RATE, 1)
    write_wav(stage.path('n.wav'), raw, RATE)
    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/1/load', stage.path('n.wav'))
    host.ask('/record/start', stage.path('out.wav'))
    host.ask('/deck/1/play')
    for size in (16, 32, 64, 128, 512, 1024, 2048, 4096, 8192, 16, 8192, 64, 256):
        assert stage.run('jack_bufsize', str(size)).returncode == 0
        tap.check(wait_until(lambda: host.stats()['block'] == size), 'blocks of %d' % size, host.errors())
        time.sleep(0.2)
    stats = host.stats()
    tap.check(stats['starves'] == 0 and stats['record/lost'] == 0, 'nothing starved, nothing lost', stats)
    host.ask('/deck/1/stop')
    host.ask('/record/stop')
    from wavefile import WaveFile
    heard, meant = WaveFile(stage.path('out.wav')).samples, floats(raw)
    first = next(i for i in range(0, len(heard), 2) if heard[i] or heard[i + 1])
    frames = next(i for i in range(len(heard) - 2, 0, -2) if heard[i] or heard[i + 1]) - first
    start = next((f for f in range(first - 4, first + 5, 2) if f >= 0 and heard[f + 128:f + 4096] == meant[128:4096]), None)
    tap.check(frames > 4 * RATE and start is not None and heard[start + 128:start + frames - 256] == meant[128:frames - 256],
              'what was recorded is the file, bit for bit', (first, frames, start))

    host.ask('/deck/1/repeat', 1)
    host.ask('/deck/1/play')
    for on in 'yn' * 3:
        before = host.stats()['cycles']
        assert stage.run('jack_freewheel', on).returncode == 0
        time.sleep(0.3)
        tap.check(host.stats()['cycles'] > before, 'freewheel %s: it runs' % on)
    before = host.get('/deck/1/position')
    tap.check(host.get('/deck/1/state') == 'playing' and wait_until(lambda: host.get('/deck/1/position') != before), 'and plays on')
    tap.check(host.close() == 0, 'it ends well', host.errors())


def names(tap, stage):
    """A name that is taken, and one of our ports' names as another's alias."""
    first = Deckhost(stage, '--no-connect')
    second = Deckhost(stage, '--no-connect', log='second.log')
    ports = stage.ports()
    tap.check('deckhost:master_L' in ports and 'deckhost-01:master_L' in ports, 'the second is deckhost-01', ports)
    tap.check('"deckhost-01"' in second.errors(), 'and says so', second.errors())
    second.close()
    first.close()
    for alias in ('mixer:master_L', 'mixer:deck2_R'):
        assert stage.run('jack_alias', 'system:playback_1', alias).returncode == 0
        result = stage.run(PROGRAM, '--osc', '0', '--name', 'mixer')
        tap.check(result.returncode == 1 and '"%s" is an alias of system:playback_1' % alias in result.stderr,
                  'an alias that is our port\'s name', result.stderr)
        assert stage.run('jack_alias', '-u', 'system:playback_1', alias).returncode == 0


def held_up(tap, stage):
    """A client that is too slow for its server, and one whose server never comes back."""
    write_wav(stage.path('n.wav'), noise(20 * RATE, 1), RATE)
    host = Deckhost(stage, '--play', stage.path('n.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'playing')
    host.process.send_signal(signal.SIGSTOP)
    time.sleep(3.0)
    host.process.send_signal(signal.SIGCONT)
    before = host.get('/deck/1/position')
    tap.check(wait_until(lambda: host.get('/deck/1/position') > before), 'stopped for three seconds, it plays on', host.errors())
    stage.jackd.send_signal(signal.SIGKILL)
    stage.jackd.wait()
    tap.check(wait_until(lambda: 'stand still' in host.errors()), 'killed, the server is missed', host.errors())
    time.sleep(1.2)
    tap.check(host.get('/deck/1/state') == 'playing', 'it answers meanwhile')
    tap.check(host.close() == 0, '/quit ends it', host.errors())
    tap.check(host.errors().count('stand still') == 1, 'and it was said once', host.errors())


def shown(tap, stage):
    """What JACK's metadata says, and that it is taken away."""
    before = stage.run('jack_property', '-l').stdout
    write_wav(stage.path('A Song.wav'), noise(RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect', '--decks', '3', stage.path('A Song.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    found = stage.run('jack_property', '-l').stdout
    for what in ('Deck 1 left: A Song', 'Deck 2 right', 'value: Master', 'Mic left', 'audio-x-generic', 'pretty-name', 'port-group',
                 'metadata/order', 'signal-type'):
        tap.check(what in found, 'metadata: %s' % what, found)
    host.ask('/deck/1/unload')
    tap.check(wait_until(lambda: 'A Song' not in stage.run('jack_property', '-l').stdout), 'without a track, no title')
    host.ask('/deck/remove', 3)
    tap.check(wait_until(lambda: 'Deck 3' not in stage.run('jack_property', '-l').stdout), 'a deck that goes takes its own along')
    host.close()
    after = stage.run('jack_property', '-l').stdout
    tap.check(set(after.splitlines()) <= set(before.splitlines()), 'nothing is left of it', after)  # but what others left


def latency(tap, stage):
    """What jack_lsp -l says is what jack_iodelay measures."""
    host = Deckhost(stage, '--no-connect')
    host.ask('/mic/enable', 1)
    probe = stage.processes.start(['stdbuf', '-oL', 'jack_iodelay'], stage.path('iodelay.log'), stage.env)
    assert wait_until(lambda: 'jack_delay:in' in stage.ports())

    def reported(port, mode):
        lines = stage.run('jack_lsp', '-l', 'deckhost:' + port).stdout.splitlines()
        line = next(x for x in lines if 'port %s latency' % mode in x)
        return int(line.split('[')[1].split()[1])

    def measured():
        seen = len(stage.text('iodelay.log'))
        found = []

        def some():
            found[:] = [float(x.split()[0]) for x in stage.text('iodelay.log')[seen:].splitlines()[1:] if 'total roundtrip' in x]
            return len(found) > 8
        wait_until(some, 15.0)
        return found[-1] if found else -1.0

    def compare(port, what):
        assert stage.run('jack_connect', 'deckhost:' + port, 'jack_delay:in').returncode == 0
        time.sleep(0.3)
        # What goes round in a loop is a block late: jack_iodelay gets in this cycle what it sent in the one before
        tap.close(measured() - 256.0, reported(port, 'capture'), 1.0, '%s: %s' % (what, port))
        assert stage.run('jack_disconnect', 'deckhost:' + port, 'jack_delay:in').returncode == 0
    assert stage.run('jack_connect', 'jack_delay:out', 'deckhost:mic_L').returncode == 0
    compare('master_L', 'nothing delays')
    tap.check(reported('master_L', 'capture') == 0, 'and nothing is reported')
    host.ask('/master/limiter', 1)
    time.sleep(0.5)
    for port in ('master_L', 'booth_L'):
        compare(port, 'with the limiter')
    tap.check(reported('master_L', 'capture') > 0, 'its look-ahead is reported', reported('master_L', 'capture'))
    assert stage.run('jack_connect', 'deckhost:master_L', 'system:playback_1').returncode == 0
    system = stage.run('jack_lsp', '-l', 'system:playback_1').stdout
    beyond = int(next(x for x in system.splitlines() if 'playback latency' in x).split('[')[1].split()[1])
    tap.check(wait_until(lambda: reported('mic_L', 'playback') == beyond + reported('master_L', 'capture')),
              'and the other way, to the sound card', (reported('mic_L', 'playback'), beyond))
    tap.check(reported('deck1_L', 'capture') == 0, 'decks are read ahead: they have none')
    stage.processes.end(probe)
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(another_rate, buffer_sizes, names, held_up, shown, latency)
