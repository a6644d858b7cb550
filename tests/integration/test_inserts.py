# SPDX-License-Identifier: GPL-3.0-or-later
# Plugins in decks, microphone and master: put there and taken out while it plays, in time to the frame, bypassed,
# with presets, kept by sessions with all that they know.

import os
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from osc import encode  # noqa: E402
from signals import floats, noise, write_wav  # noqa: E402
from stage import BUILD, PROGRAM, RATE, Deckhost, main, wait_until  # noqa: E402
from wavefile import WaveFile  # noqa: E402

TEST = 'urn:deckhost:test:'
FADE = 64


def with_fixtures(stage):
    stage.env['LV2_PATH'] = os.path.join(BUILD, 'tests/host/lv2') + ':/usr/lib/lv2'
    stage.env['TMPDIR'] = stage.folder  # what a killed one leaves


def refused(tap, host, words, says, name):
    answer = host.osc.command(*words)
    tap.check(answer.ends == 1 and not answer.ok and says in answer.text, name, answer.text)


def commands(tap, stage):
    """Everything that can be said about an insert."""
    with_fixtures(stage)
    host = Deckhost(stage, '--no-connect')
    for strip in ('/deck/1', '/mic', '/master'):
        slot = strip + '/insert/2'
        tap.check(host.get(slot + '/plugin') == '', '%s: empty at first' % slot)
        refused(tap, host, (slot + '/set', 'gain', 1), 'insert 2 is empty', 'nothing to set then')
        tap.check(host.ask(slot + '/load', TEST + 'stereo').rest[1:] == ['Test stereo'], 'it answers with the name')
        tap.check(host.get(slot + '/plugin') == TEST + 'stereo' and host.get(slot + '/name') == 'Test stereo', 'and can be read')
        tap.check(host.get(slot + '/ports') == 'gain seen enabled hertz', 'its symbols', host.get(slot + '/ports'))
        port = host.ask(slot + '/ports', 'gain').values[slot + '/ports']
        tap.check(port == ['gain', 'Gain', 1.0, 0.0, 4.0, 1.0, 'number'], 'a port', port)
        host.ask(slot + '/set', 'gain', 2.5)
        tap.check(host.ask(slot + '/ports', 'gain').values[slot + '/ports'][2] == 2.5, 'is set')
        refused(tap, host, (slot + '/set', 'gain', 4.5), '0 .. 4', 'within its range')
        refused(tap, host, (slot + '/set', 'seen', 1), 'output', 'not an output')
        refused(tap, host, (slot + '/set', 'volume', 1), 'there are gain seen', 'one that there is')
        host.ask(slot + '/preset', 'half')
        tap.check(host.ask(slot + '/ports', 'gain').values[slot + '/ports'][2] == 0.5, 'a preset by its label')
        tap.check(host.ask(slot + '/ports', 'hertz').values[slot + '/ports'][2] == 24000.0, 'within the range, too')
        refused(tap, host, (slot + '/preset', 'third'), '"Half"', 'a preset that there is not: which there are')
        for on in (0, 1):
            host.ask(slot + '/enable', on)
            tap.check(host.get(slot + '/enable') == on, 'enable %d' % on)
        host.ask(slot + '/load', TEST + 'state')
        host.ask(slot + '/set', 'other', 3.0)
        host.ask(slot + '/preset', TEST + 'preset:seven')
        tap.check(host.ask(slot + '/ports', 'gain').values[slot + '/ports'][2] == 2.0 and
                  host.ask(slot + '/ports', 'other').values[slot + '/ports'][2] == 3.0, 'a preset with state; other ports stay')
        tap.check(wait_until(lambda: strip != '/master' or host.ask(slot + '/ports', 'number').values[slot + '/ports'][2] == 7.0),
                  'which the plugin has restored')
        host.ask(slot + '/unload')
        tap.check(host.get(slot + '/plugin') == '', 'taken out')
        refused(tap, host, (slot + '/unload',), 'empty', 'only once')
    for uri, says in ((TEST + 'nowhere', 'lv2ls'), ('word', 'no plugin URI'), (TEST + 'needs', 'moonlight'), (TEST + 'quad', '4 audio inputs'),
                      (TEST + 'refuses', 'refused'), (TEST + 'unknown', 'does not hold it'), (TEST + 'absent', 'absent.so'),
                      (TEST + 'unresolved', 'undefined symbol'), (TEST + 'voltage', 'port cv')):
        refused(tap, host, ('/deck/1/insert/1/load', uri), says, 'refused: ' + uri)
    for strip, preset, port in (('/deck/2/preset/eq', 'Bass Kill', '/deck/2/eq/kill/low'), ('/mic/preset/eq', 'bass kill', '/mic/eq/kill/low')):
        host.ask(strip, preset)
        tap.check(host.get(port) == 1, '%s %s' % (strip, preset))
    host.ask('/deck/2/preset/pitch', 'Vocal (formant)')
    refused(tap, host, ('/deck/2/preset/pitch', 'no'), '"Octave Up"', 'which presets there are')

    # What takes long keeps nobody waiting: the answers come in another order than the questions
    host.osc.drain()
    host.osc.send(encode('/deck/1/insert/1/load', '#slow', TEST + 'slow'))
    host.osc.send(encode('/deck/1/insert/1/enable', '#after', 0))
    host.osc.send(encode('/deck/1/fader', '#quick', 0.5))
    order = []
    while len(order) < 3:
        message = host.osc.receive(10.0)
        assert message, order
        order.append((message[0], message[1][1]))
    tap.check(order == [('/ok', '#quick'), ('/ok', '#slow'), ('/ok', '#after')], 'a slow plugin keeps only its own waiting', order)
    host.ask('/deck/4/insert/1/load', TEST + 'latency')
    host.osc.send(encode('/deck/4/insert/2/load', TEST + 'slow'))
    host.ask('/deck/remove', 4)
    tap.check(host.alive(), 'a deck is removed while a plugin for it starts')
    host.osc.send(encode('/deck/3/insert/2/load', TEST + 'slow'))
    tap.check(host.close() == 0, 'and all ends well', host.errors())


def bit_exact(recording, start, data, frames):
    return recording.samples[2 * (start + FADE):2 * (start + frames)] == data[2 * FADE:2 * frames]


SCORE = '''
0    /deck/1/load noise.wav
0    /deck/1/insert/1/load urn:deckhost:test:latency
0    /deck/1/insert/4/load urn:deckhost:test:latency
0    /master/insert/2/load urn:deckhost:test:latency
0.5  /deck/1/play
1.0  /deck/1/insert/4/enable 0
1.5  /master/insert/2/enable 0
2.0  /deck/1/insert/4/enable 1
2.5  /deck/1/pause
'''


def in_time(tap, stage):
    """What plugins delay is hidden, to the frame, and stays so in bypass."""
    with_fixtures(stage)
    raw = noise(4 * RATE, 5)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    host = Deckhost(stage, '--no-connect')
    start = int(0.5 * RATE)
    live = host.record_score('live', SCORE, 3.0)
    tap.check(host.get('/deck/1/latency') == 200 and host.get('/deck/1/insert/4/latency') == 100, 'it says what it delays')
    tap.check(host.get('/master/latency') == 112, 'the master likewise, in its grid', host.get('/master/latency'))
    tap.check(not any(live.samples[:2 * start]), 'silence before the start')
    tap.check(bit_exact(live, start, data, 2 * RATE - FADE), 'live: in time, bit for bit, bypassed or not')
    with open(stage.path('render.score'), 'w') as file:
        file.write(SCORE)
    done = stage.run(PROGRAM, 'render', 'render.score', '-o', 'rendered.wav', '--length', '3')
    tap.check(done.returncode == 0, 'it renders', done.stderr)
    rendered = WaveFile(stage.path('rendered.wav'))
    tap.check(bit_exact(rendered, start, data, 2 * RATE - FADE), 'rendered: likewise')

    # Gains while it plays, and one plugin for another
    again = host.record_score('swap', '''
0    /deck/1/load noise.wav
0    /deck/1/insert/1/load urn:deckhost:test:mono
0    /deck/1/insert/4/unload
0    /master/insert/2/unload
0.5  /deck/1/play
1.0  /deck/1/insert/1/set gain 0.5
1.5  /deck/1/insert/1/load urn:deckhost:test:stereo
2.0  /deck/1/insert/1/preset Half
2.5  /deck/1/insert/1/unload
3.0  /deck/1/pause
''', 3.5)
    for at, gain in ((0.6, 1.0), (1.1, 0.5), (1.6, 1.0), (2.1, 0.5), (2.7, 1.0)):
        first = int(at * RATE)
        want = [x * gain for x in data[2 * (first - start):2 * (first - start + 9600)]]
        tap.check(list(again.samples[2 * first:2 * (first + 9600)]) == want, 'at %g s: a gain of %g, in time' % (at, gain))
    tap.check(host.stats()['starves'] == 0, 'no starve')
    host.close()


def kept(tap, stage):
    """Sessions keep plugins, their order, ports, switch and state, in a folder that can be moved."""
    with_fixtures(stage)
    os.mkdir(stage.path('set'))
    session, other = stage.path('set/my.session'), stage.path('moved')
    host = Deckhost(stage, '--no-connect')
    for strip in ('/deck/2', '/mic', '/master'):
        host.ask(strip + '/insert/1/load', TEST + 'stereo')
        host.ask(strip + '/insert/1/set', 'gain', 1.25)
        host.ask(strip + '/insert/3/load', TEST + 'mono')
        host.ask(strip + '/insert/3/enable', 0)
        host.ask(strip + '/insert/4/load', TEST + 'state')
    host.ask('/master/insert/4/set', 'learn', 42)
    assert wait_until(lambda: host.ask('/master/insert/4/ports', 'number').values['/master/insert/4/ports'][2] == 42)
    host.ask('/master/insert/4/set', 'learn', 0)
    host.ask('/group/3/add', 1)
    host.ask('/group/3/add', 4)
    host.ask('/group/3/exclusive', 1)
    for times in range(4):
        host.ask('/session/save', session)
    tap.check(sorted(os.listdir(stage.path('set/my.session.d'))) == ['3', '4'], 'the state of this save and the one before are there',
              os.listdir(stage.path('set/my.session.d')))
    text = stage.text('set/my.session')
    tap.check('/master/insert/4/load urn:deckhost:test:state my.session.d/4/master-insert4' in text.splitlines(), 'named relative to it', text)
    tap.check('/deck/2/insert/3/enable 0' in text and '/mic/insert/1/set gain 1.25' in text, 'in plain words')
    backup = stage.text('set/my.session.bak')
    tap.check('my.session.d/3/' in backup, 'the backup has its own')
    host.close()
    os.rename(stage.path('set'), other)

    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/2/insert/2/load', TEST + 'slow')
    answer = host.ask('/session/load', os.path.join(other, 'my.session'))
    tap.check(answer.rest[2] == 0, 'it loads from elsewhere', host.errors())
    for strip in ('/deck/2', '/mic', '/master'):
        there = [host.get('%s/insert/%d/plugin' % (strip, k)) for k in (1, 2, 3, 4)]
        tap.check(there == [TEST + 'stereo', '', TEST + 'mono', TEST + 'state'], '%s: the same plugins, no others' % strip, there)
        tap.check(host.ask(strip + '/insert/1/ports', 'gain').values[strip + '/insert/1/ports'][2] == 1.25, 'their ports')
        tap.check([host.get('%s/insert/%d/enable' % (strip, k)) for k in (1, 3, 4)] == [1, 0, 1], 'their switches')
    for port in ('number', 'filed'):
        tap.check(wait_until(lambda: host.ask('/master/insert/4/ports', port).values['/master/insert/4/ports'][2] == 42),
                  'what it had learnt: ' + port)
    tap.check(host.get('/group/3/decks') == '1 4' and host.get('/group/3/exclusive') == 1, 'groups')
    host.ask('/session/save', os.path.join(other, 'my.session'))
    host.process.send_signal(signal.SIGKILL)
    host.process.wait()

    with open(os.path.join(other, 'my.session')) as file:
        lines = file.read().replace(TEST + 'mono', TEST + 'nowhere')
    with open(os.path.join(other, 'my.session'), 'w') as file:
        file.write(lines)
    host = Deckhost(stage, '--no-connect', '--session', os.path.join(other, 'my.session'))
    tap.check(wait_until(lambda: host.get('/master/insert/4/plugin') == TEST + 'state'), 'with --session after kill -9')
    tap.check(wait_until(lambda: host.ask('/master/insert/4/ports', 'filed').values['/master/insert/4/ports'][2] == 42), 'its state')
    tap.check('no plugin urn:deckhost:test:nowhere' in host.errors(), 'a plugin that is not there is told', host.errors())
    host.ask('/deck/2/insert/1/set', 'gain', 0.75)
    host.process.send_signal(signal.SIGTERM)
    tap.check(host.process.wait(10) == 0, 'SIGTERM ends it', host.errors())
    with open(os.path.join(other, 'my.session')) as file:
        text = file.read()
    tap.check('# not done: /mic/insert/3/load urn:deckhost:test:nowhere' in text, 'and its line is not lost', text)
    tap.check('/deck/2/insert/1/set gain 0.75' in text and 'master-insert4' in text, 'saved at the end, with state', text)


def another_rate(tap, stage):
    """A server that comes back at another rate: the plugins are there again, with what they knew."""
    with_fixtures(stage)
    host = Deckhost(stage, '--no-connect')
    host.ask('/master/insert/1/load', TEST + 'state')
    host.ask('/master/insert/1/set', 'learn', 42)
    assert wait_until(lambda: host.ask('/master/insert/1/ports', 'number').values['/master/insert/1/ports'][2] == 42)
    host.ask('/master/insert/1/set', 'learn', 0)
    host.ask('/master/insert/3/load', TEST + 'latency')
    host.ask('/master/insert/3/enable', 0)
    stage.processes.end(stage.jackd)
    stage.jack[0][2] = '44100'
    stage.restart_jack()
    tap.check(wait_until(lambda: host.stats()['rate'] == 44100, 20.0), 'it is there', host.errors())
    tap.check(wait_until(lambda: host.get('/master/insert/3/plugin') == TEST + 'latency' and host.get('/master/insert/3/enable') == 0),
              'with its plugins', host.errors())
    tap.check(wait_until(lambda: host.ask('/master/insert/1/ports', 'filed').values['/master/insert/1/ports'][2] == 42), 'and their state',
              host.errors())
    tap.check(host.close() == 0, 'it ends well', host.errors())


REAL = (('swh-lv2', 'http://plugin.org.uk/swh-plugins/djFlanger', True), ('swh-lv2', 'http://plugin.org.uk/swh-plugins/mbeq', False),
        ('swh-lv2', 'http://plugin.org.uk/swh-plugins/pitchScaleHQ', False), ('rubberband-lv2', 'http://breakfastquay.com/rdf/lv2-rubberband#stereo', True),
        ('rubberband-lv2', 'http://breakfastquay.com/rdf/lv2-rubberband#r3stereo', False), ('x42-plugins', 'http://gareus.org/oss/lv2/fil4#stereo', True),
        ('x42-plugins', 'http://gareus.org/oss/lv2/dpl#stereo', True), ('zam-plugins', 'urn:zamaudio:ZamCompX2', True),
        ('lsp-plugins-lv2', 'http://lsp-plug.in/plugins/lv2/sc_compressor_stereo', True), ('dpf-plugins-lv2', 'http://distrho.sf.net/plugins/MVerb', True))


def real(tap, stage):
    """Plugins of Debian's, where they are installed: they play, or it is said why not."""
    write_wav(stage.path('n.wav'), noise(20 * RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/1/load', stage.path('n.wav'))
    host.ask('/deck/1/play')
    there = stage.run('lv2ls').stdout.split()
    for package, uri, good in REAL:
        if uri not in there:
            tap.skip(uri, '%s is not installed' % package)
            continue
        answer = host.osc.command('/deck/1/insert/1/load', uri, timeout=30.0)
        tap.check(answer.ends == 1 and (answer.ok or (not good and 'does not start' in answer.text)),
                  '%s: %s' % (uri, 'starts' if answer.ok else 'is refused'), answer.text)
        if answer.ok:
            tap.check(host.get('/deck/1/insert/1/plugin') == uri and host.get('/deck/1/state') == 'playing', 'and plays', host.errors())
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(commands, in_time, kept, another_rate, real)
