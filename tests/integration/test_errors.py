# SPDX-License-Identifier: GPL-3.0-or-later
# What can go wrong is said in one line, and harms nothing else.

import os
import shutil
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import BUILD, PROGRAM, RATE, Deckhost, main, wait_until  # noqa: E402
from osc import encode  # noqa: E402


def answers(tap, stage):
    """Every wrong command is answered with what is wrong."""
    write_wav(stage.path('n.wav'), noise(2 * RATE, 1), RATE)
    with open(stage.path('text.wav'), 'w') as file:
        file.write('this is not audio\n' * 100)
    open(stage.path('empty.wav'), 'w').close()
    os.mkdir(stage.path('folder.wav'))
    host = Deckhost(stage, '--no-connect', stage.path('n.wav'))
    wait_until(lambda: host.get('/deck/1/state') == 'cued')
    cases = (
        (('/nonsense',), []),
        (('/deck/1/plya',), []),
        (('/deck/9/play',), ['9', '4']),
        (('/deck/0/play',), ['0']),
        (('/deck/1/speed', 5.0), ['0.25', '4']),
        (('/deck/1/speed', 'fast'), []),
        (('/deck/1/speed', float('nan')), []),
        (('/deck/1/speed', float('inf')), []),
        (('/deck/1/speed',), []),
        (('/deck/1/speed', 1.0, 2.0), []),
        (('/deck/1/fader', -0.1), ['0', '1']),
        (('/deck/1/eq/low', 12.5), ['-40', '12']),
        (('/deck/1/pitch', 13), ['12']),
        (('/deck/1/assign', 'c'), ['a', 'b', 'thru']),
        (('/deck/1/eq/set', 'nonsense', 1.0), ['nonsense']),
        (('/deck/1/pitch/set', 'semitones', 1.0), []),
        (('/deck/1/load', stage.path('missing.wav')), ['missing.wav']),
        (('/deck/1/load', stage.path('text.wav')), ['text.wav']),
        (('/deck/1/load', stage.path('empty.wav')), ['empty.wav']),
        (('/deck/1/load', stage.path('folder.wav')), ['folder.wav']),
        (('/deck/2/play',), ['empty']),
        (('/deck/2/seek', 1.0), ['empty']),
        (('/deck/1/seek', -1.0), []),
        (('/deck/1/loop', 1.0, 0.5), []),
        (('/start', 0.0, 1, 7), ['7']),
        (('/ramp', '/deck/1/load', 1.0, 1.0), []),
        (('/ramp', '/deck/1/fader', 2.0, 1.0), []),
        (('/get', '/nothing'), []),
        (('/record/start', '/nonexistent/folder/x.wav'), ['/nonexistent/folder']),
        (('/record/start', stage.path('x.doc')), []),
        (('/record/stop',), []),
        (('/score/play', stage.path('missing.score')), ['missing.score']),
    )
    for words, mentions in cases:
        answer = host.osc.command(*words, timeout=5.0)
        name = ' '.join(os.path.basename(w) if str(w).startswith(stage.folder) else str(w) for w in words)
        good = (not answer.ok and answer.ends == 1 and answer.rest and answer.rest[0] == words[0] and answer.text and
                '\n' not in answer.text and all(m in answer.text for m in mentions))
        tap.check(good, name, 'answered: %s' % answer.text)
    for packet in (b'garbage', b'/x\0\0', b'#bundle\0', b'', encode('/deck/1/speed', 1.0)[:-3], b'\xff' * 4000):
        host.osc.send(packet)
    tap.check(host.alive(), 'garbage harms nothing')
    tap.check(host.get('/deck/1/state') == 'cued' and host.get('/deck/1/speed') == 1.0, 'nor did anything else')
    with open(stage.path('bad.score'), 'w') as file:
        file.write('0 /deck/1/play\n1 /deck/1/speed 9\n')
    answer = host.osc.command('/score/play', stage.path('bad.score'))
    tap.check(not answer.ok and 'bad.score:2' in answer.text, 'an error in a score names its line', answer.text)
    tap.check(host.get('/deck/1/state') == 'cued', 'and nothing of it was played')
    tap.check(host.close() == 0, 'it ends well', host.errors())


def refused(tap, result, mentions, name):
    lines = result.stderr.strip().splitlines()
    tap.check(result.returncode == 1 and len(lines) == 1 and all(m in lines[0] for m in mentions), name,
              'status %d, %s' % (result.returncode, result.stderr))


def start(tap, stage):
    """What stands in the way of a start."""
    env = dict(stage.env, JACK_DEFAULT_SERVER='deckhost-no-such-server')
    refused(tap, stage.run(PROGRAM, env=env), ['JACK'], 'no JACK server')
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(('127.0.0.1', 0))
        refused(tap, stage.run(PROGRAM, '--osc', str(udp.getsockname()[1])), ['OSC port', 'in use'], 'OSC port in use')
    host = Deckhost(stage, '--no-connect')
    refused(tap, stage.run(PROGRAM, '--name', 'second', '--osc', str(host.port)), ['OSC port', 'in use'], 'OSC port of another deckhost')
    tap.check(host.alive(), 'which goes on')
    host.close()
    lone = stage.path('lone')
    os.mkdir(lone)
    shutil.copy(PROGRAM, lone)
    env = dict(stage.env, LV2_PATH=stage.path('nowhere'))
    refused(tap, stage.run(os.path.join(lone, 'deckhost'), '--osc', '0', env=env), ['urn:deckhost:'], 'plugins missing')
    shutil.copytree(os.path.join(BUILD, 'lv2', 'eq.lv2'), os.path.join(lone, 'lv2', 'eq.lv2'))
    refused(tap, stage.run(os.path.join(lone, 'deckhost'), '--osc', '0', env=env), ['urn:deckhost:pitch'], 'one plugin missing')
    for words in (('--nonsense',), ('--decks', '1'), ('--decks', '65'), ('--osc', 'x'), ('render',), ('send',)):
        r = stage.run(PROGRAM, *words)
        tap.check(r.returncode == 2 and len(r.stderr.strip().splitlines()) == 1, 'usage: deckhost %s' % ' '.join(words),
                  'status %d, %s' % (r.returncode, r.stderr))
    r = stage.run(PROGRAM, 'send', '--osc', str(host.port), '/stats')
    refused(tap, r, ['running'], 'send with nobody there')
    r = stage.run(PROGRAM, '--help')
    tap.check(r.returncode == 0 and 'usage' in r.stdout.lower() and not r.stderr, '--help')
    r = stage.run(PROGRAM, '--version')
    tap.check(r.returncode == 0 and r.stdout.strip(), '--version', r.stdout)


def files_that_go(tap, stage):
    """Files that are cut short or deleted while they play."""
    raw = noise(60 * RATE, 1)
    for name in ('cut.wav', 'gone.wav', 'whole.wav'):
        write_wav(stage.path(name), raw, RATE)
    host = Deckhost(stage, '--no-connect', '--cache', '16', '--play', *[stage.path(n) for n in ('cut.wav', 'gone.wav', 'whole.wav')])
    for deck in (1, 2, 3):
        assert wait_until(lambda: host.get('/deck/%d/state' % deck) == 'playing')
    os.truncate(stage.path('cut.wav'), 44 + 4 * 2 * RATE)
    os.remove(stage.path('gone.wav'))
    host.ask('/deck/1/seek', 0.0)
    host.ask('/deck/1/speed', 4.0)
    stopped = wait_until(lambda: host.get('/deck/1/state') not in ('playing', 'loading'), 30.0)
    tap.check(stopped, 'a file cut short: the deck stops', host.get('/deck/1/state'))
    tap.check('cut.wav' in host.errors() or 'deck 1' in host.errors(), 'and it is said', host.errors())
    tap.check(len(host.errors().splitlines()) < 10, 'in few lines', host.errors())
    tap.check(host.get('/deck/3/state') == 'playing', 'the others play on')
    tap.check(host.get('/deck/2/state') in ('playing', 'paused', 'cued'), 'a deleted file harms nothing')
    tap.check(host.osc.command('/deck/1/load', stage.path('whole.wav')).ok and host.osc.command('/deck/1/play').ok,
              'the deck takes another file')
    tap.check(not host.osc.command('/deck/2/load', stage.path('gone.wav')).ok, 'the deleted one is refused')
    tap.check(host.alive() and host.close() == 0, 'it ends well', host.errors())


def server_goes(tap, stage):
    """The JACK server ends while decks play."""
    write_wav(stage.path('n.wav'), noise(20 * RATE, 1), RATE)
    host = Deckhost(stage, '--play', stage.path('n.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'playing')
    stage.run('jack_connect', 'deckhost:deck1_L', 'system:playback_2')
    time.sleep(2.0) # it looks at its connections when they have been still for a second
    stage.jackd.kill()
    stage.processes.end(stage.jackd)
    tap.check(wait_until(lambda: 'went away' in host.errors()), 'it is said', host.errors())
    time.sleep(0.2)
    stood = float(host.get('/deck/1/position'))
    time.sleep(0.3)
    tap.check(float(host.get('/deck/1/position')) == stood, 'the decks stand still')
    tap.check(host.ask('/deck/1/eq/low', -6).ok, 'commands are answered')
    stage.restart_jack()
    tap.check(wait_until(lambda: 'is back' in host.errors(), 15.0), 'it comes back with the server', host.errors())
    tap.check(host.get('/deck/1/state') == 'playing', 'its decks play on')
    tap.check(wait_until(lambda: float(host.get('/deck/1/position')) > stood + 0.2), 'from where they were')
    graph = stage.ports()
    tap.check('deckhost:master_L' in graph.get('system:playback_1', []) and
              'deckhost:deck1_L' in graph.get('system:playback_2', []), 'with their connections', graph)
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(answers, start, files_that_go, server_goes)
