# SPDX-License-Identifier: GPL-3.0-or-later
# JACK-Session and JACK transport, each asked for by another client.

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, write_wav  # noqa: E402
from stage import BUILD, RATE, Deckhost, main, wait_until  # noqa: E402

# In a process of its own, since libjack's threads don't always come back.
CLIENT = '''
import ctypes, sys
jack = ctypes.CDLL('libjack.so.0')
class Command(ctypes.Structure):
    _fields_ = [(n, ctypes.c_char_p) for n in ('uuid', 'name', 'command')] + [('flags', ctypes.c_int)]
jack.jack_client_open.restype = ctypes.c_void_p
jack.jack_session_notify.restype = ctypes.POINTER(Command)
client = ctypes.c_void_p(jack.jack_client_open(b'asker', 1, None))
for word in sys.argv[1:]:
    what, _, value = word.partition('=')
    if what == 'start':
        jack.jack_transport_start(client)
    elif what == 'stop':
        jack.jack_transport_stop(client)
    elif what == 'locate':
        jack.jack_transport_locate(client, int(value))
    else:
        found, i = jack.jack_session_notify(client, None, {'save': 1, 'quit': 2}[what], value.encode()), 0
        while found[i].name:
            print(found[i].name.decode(), found[i].flags, found[i].command.decode(), sep='\\t')
            i += 1
jack.jack_client_close(client)
'''


def client(stage, *words):
    result = stage.run(sys.executable, '-c', CLIENT, *words)
    assert result.returncode == 0, result.stderr
    return [line.split('\t') for line in result.stdout.splitlines() if '\t' in line]


def session(tap, stage):
    """A save that another client asks for, and the command line that brings it back."""
    write_wav(stage.path('n.wav'), noise(10 * RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect', '--decks', '3', '--name', "o'ne mix", '--no-deck-ports', stage.path('n.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    host.ask('/deck/1/eq/low', -9.5)
    host.ask('/deck/2/fader', 0.25)
    os.mkdir(stage.path('saved'))
    answers = client(stage, 'save=' + stage.path('saved') + '/')
    tap.check(len(answers) == 1 and answers[0][:2] == ["o'ne mix", '0'], 'it answers', answers)
    command = answers[0][2]
    folder = next((d for d, _, files in os.walk(stage.path('saved')) if 'deckhost.session' in files), None)
    tap.check(folder is not None and '/deck/2/fader 0.25' in open(folder + '/deckhost.session').read().splitlines(),
              'the session is in its folder', list(os.walk(stage.path('saved'))))
    tap.check(os.path.islink(folder + '/audio/n.wav') and stage.folder not in command, 'with all it needs', command)
    tap.check(host.alive(), 'and it plays on')
    answers = client(stage, 'quit=' + stage.path('saved') + '/')
    tap.check(wait_until(lambda: host.process.poll() == 0), 'save and quit quits', answers)

    port = host.port
    env = dict(stage.env, SESSION_DIR=folder + '/', PATH=BUILD + ':' + os.environ['PATH'])
    host.process = stage.processes.start(['sh', '-c', 'exec ' + answers[0][2]], stage.path('again.log'), env)
    tap.check(wait_until(lambda: host.osc.command('/stats', timeout=0.2).ok, 15.0), 'its command line brings it back',
              answers[0][2] + stage.text('again.log'))
    assert port == host.port
    tap.check(wait_until(lambda: host.osc.command('/get', '/deck/1/path').values.get('/deck/1/path', [''])[0].endswith('n.wav')),
              'with its track', stage.text('again.log'))
    tap.check(host.get('/deck/1/eq/low') == -9.5 and host.get('/deck/2/fader') == 0.25, 'and controls')
    names = {p.split(':')[0] for p in stage.ports()}
    tap.check("o'ne mix" in names and not any('deck1' in p for p in stage.ports()), 'name and options', names)
    tap.check(host.close() == 0, 'it ends well', stage.text('again.log'))


def transport(tap, stage):
    """Decks follow the transport."""
    raw = noise(30 * RATE, 1)
    write_wav(stage.path('n.wav'), raw, RATE)
    host = Deckhost(stage, '--no-connect', '--transport', 'follow', stage.path('n.wav'))
    assert wait_until(lambda: host.get('/deck/1/state') == 'cued')
    client(stage, 'locate=%d' % (3 * RATE))
    tap.check(wait_until(lambda: abs(host.get('/deck/1/position') - 3.0) < 1e-6), 'a locate is followed', host.get('/deck/1/position'))
    tap.check(host.get('/deck/1/state') != 'playing', 'standing')
    host.ask('/record/start', stage.path('out.wav'))
    time.sleep(0.3)
    client(stage, 'start')
    tap.check(wait_until(lambda: host.get('/deck/1/state') == 'playing'), 'it plays when the transport rolls')
    time.sleep(1.0)
    client(stage, 'locate=%d' % (10 * RATE))
    tap.check(wait_until(lambda: host.get('/deck/1/position') > 10.0), 'and goes along', host.get('/deck/1/position'))
    tap.check(host.get('/deck/1/state') == 'playing', 'playing')
    time.sleep(1.0)
    client(stage, 'stop')
    tap.check(wait_until(lambda: host.get('/deck/1/state') != 'playing'), 'it stands when the transport does')
    host.ask('/record/stop')
    # What was heard before and after the locate is as far apart as the transport says: both are cut out of one recording
    from wavefile import WaveFile
    heard, meant = WaveFile(stage.path('out.wav')).samples, floats(raw)
    index = {}
    for i in range(0, len(meant) - 8, 2):
        index.setdefault(tuple(meant[i:i + 8]), i // 2)
    places = [(i // 2, index.get(tuple(heard[i:i + 8]))) for i in range(0, len(heard) - 8, 256)]
    offsets = [place - at for at, place in places if place is not None and any(heard[2 * at:2 * at + 8])]
    steps = sorted(set(offsets), key=offsets.index)
    tap.check(len(steps) >= 2 and all(offsets.count(s) > 50 for s in (steps[0], steps[-1])), 'two stretches, without a slip',
              [(s, offsets.count(s)) for s in steps])
    tap.check(wait_until(lambda: host.get('/deck/1/position') > 10.5), 'and stays where the transport stands')
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(session, transport)
