# SPDX-License-Identifier: GPL-3.0-or-later
# The OSC port of the whole program: open before anything else, calm in a storm, careful with files, and telling many.

import os
import signal
import socket
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, tones, write_wav  # noqa: E402
from stage import PROGRAM, RATE, Deckhost, free_port, main, wait_until  # noqa: E402
from osc import Answer, Client, decode, encode  # noqa: E402
from wavefile import WaveFile  # noqa: E402

FADE = 64  # frames, of a start or stop


def start_up(tap, stage):
    """Commands that come while the program starts are held; /ready says when it has."""
    write_wav(stage.path('n.wav'), noise(RATE, 1), RATE)
    port = free_port()
    early = stage.processes.start([PROGRAM, 'send', '--wait', '20', '--osc', str(port), '/deck/1/load', stage.path('n.wav')],
                                  stage.path('send.log'), stage.env)
    os.kill(stage.jackd.pid, signal.SIGSTOP)  # a JACK server that takes its time
    host = client = None
    try:
        host = stage.processes.start([PROGRAM, '--osc', str(port), '--no-connect'], stage.path('host.log'), stage.env)
        client = Client(port)

        def is_open():
            with socket.socket() as s:
                return s.connect_ex(('127.0.0.1', port)) == 0
        tap.check(wait_until(is_open), 'the port is open before JACK has answered', stage.text('host.log'))
        for packet in (encode('/ready'), encode('/deck/2/fader', 0.5), encode('/get', '/deck/2/fader'), encode('/stats')):
            client.send(packet)
        tap.check(client.receive(0.5) is None, 'and what comes is held')
    finally:
        os.kill(stage.jackd.pid, signal.SIGCONT)
    got = []
    while len(got) < 3 or got[-1][0] != '/ok' or got[-1][1] != ['/stats']:
        message = client.receive(20.0)
        if not message:
            break
        got += [message] if not message[0].startswith('/stats/') else []
    tap.check(got == [('/ready', []), ('/ok', ['/ready']), ('/ok', ['/deck/2/fader']), ('/value', ['/deck/2/fader', 0.5]),
                      ('/ok', ['/get']), ('/ok', ['/stats'])], 'then /ready is sent, and all is answered in order', got)
    tap.check(early.wait(20) == 0, 'deckhost send --wait waits for it', stage.text('send.log'))
    answer = client.command('/ready')
    tap.check(answer.ok, '/ready is answered whenever it is asked')
    client.command('/quit')
    tap.check(host.wait(10) == 0, 'it ends well', stage.text('host.log'))


def relative_paths(tap, stage):
    """deckhost send takes relative paths from where it runs."""
    for folder in ('here', 'there'):
        os.mkdir(stage.path(folder))
    write_wav(stage.path('here/a b.wav'), noise(RATE, 1), RATE)
    write_wav(stage.path('here/12'), noise(RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect')
    send = [PROGRAM, 'send', '--osc', str(host.port)]
    for name in ('a b.wav', '12', '../here/12'):
        log = stage.path('send.log')
        process = stage.processes.start(['sh', '-c', 'cd "$0" && exec "$@"', stage.path('here')] +
                                        send + ['/deck/1/load', name], log, stage.env)
        tap.check(process.wait(10) == 0 and stage.text('send.log').startswith('/ok'), 'load %s' % name, stage.text('send.log'))
    tap.check(host.get('/deck/1/path') == stage.path('here/../here/12'), 'it is where send ran', host.get('/deck/1/path'))
    r = host.send('/deck/1/load', '#7', 'here/12')
    tap.check(r.stdout.startswith('/ok /deck/1/load "#7" 1'), 'an id before it', r.stdout)
    tap.check(host.close() == 0, 'it ends well', host.errors())


def network_address():
    """An address of this machine other than 127.0.0.1, or None."""
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        try:
            s.connect(('192.0.2.1', 9))  # sends nothing
            return s.getsockname()[0]
        except OSError:
            return None


def files(tap, stage):
    """What files may be named, by whom."""
    for folder in ('music', 'other'):
        os.mkdir(stage.path(folder))
        write_wav(stage.path(folder + '/n.wav'), noise(RATE, 1), RATE)
    os.symlink(stage.path('other'), stage.path('music/away'))
    with open(stage.path('music/s.score'), 'w') as file:
        file.write('0 /deck/1/fader 1\n1 /record/start "%s"\n' % stage.path('other/r.wav'))
    r = stage.run(PROGRAM, '--osc', str(free_port()), '--osc-allow-path', stage.path('nowhere'))
    tap.check(r.returncode == 1 and 'nowhere' in r.stderr, 'a folder that is not there is refused', r.stderr)

    host = Deckhost(stage, '--no-connect', '--osc-allow-path', stage.path('music'), stage.path('other/n.wav'))
    tap.check(wait_until(lambda: host.get('/deck/1/state') == 'cued'), 'the command line may name any file')
    for path, good in (('music/n.wav', True), ('other/n.wav', False), ('music/../other/n.wav', False),
                       ('music/away/n.wav', False), ('other/not-there.wav', False)):
        answer = host.osc.command('/deck/2/load', stage.path(path))
        tap.check(answer.ok == good and (good or stage.path('music') in answer.text), 'load %s' % path, answer.text)
    for path, good in (('other/r.wav', False), ('music/r.wav', True)):
        answer = host.osc.command('/record/start', stage.path(path))
        tap.check(answer.ok == good, 'record to %s' % path, answer.text)
    answer = host.osc.command('/score/play', stage.path('music/s.score'))
    tap.check(not answer.ok and 's.score:2' in answer.text, 'scores may not name others either', answer.text)
    tap.check(not os.path.exists(stage.path('other/r.wav')), 'nothing was written there')
    tap.check(host.close() == 0, 'it ends well', host.errors())

    address = network_address()
    if not address:
        tap.skip('other machines may not name files', 'this one has no network')
        return
    for allow in (False, True):
        host = Deckhost(stage, '--no-connect', '--osc-bind', '0.0.0.0',
                        *(['--osc-allow-path', stage.path('music')] if allow else []))
        far = Client(host.port)
        far.socket = socket.socket(type=socket.SOCK_DGRAM)
        far.socket.connect((address, host.port))
        answer = far.command('/deck/1/load', stage.path('music/n.wav'))
        tap.check(answer.ok == allow, 'a file named from outside, %s a folder' % ('with' if allow else 'without'), answer.text)
        tap.check(far.command('/deck/1/fader', 0.5).ok, 'other commands are taken')
        tap.check(host.osc.command('/deck/1/load', stage.path('music/n.wav')).ok, 'and files from inside')
        far.close()
        host.close()


class Stormer(threading.Thread):
    """Sends commands as fast as it can, and counts the answers to them."""

    def __init__(self, port, count):
        super().__init__()
        self.client, self.count, self.answered, self.odd = Client(port), count, 0, []
        self.done = threading.Event()
        self.reader = threading.Thread(target=self.read)

    def read(self):
        while not self.done.is_set() or self.silence < 1.0:
            message = self.client.receive(0.2)
            self.silence = 0.0 if message else self.silence + 0.2
            if message:
                self.answered += message[0] == '/ok'
                self.odd += [message] if message[0] != '/ok' else []

    def run(self):
        self.silence = 0.0
        self.reader.start()
        packets = [encode('/deck/1/eq/low', x / 100.0) for x in range(100)]
        for i in range(self.count):
            self.client.send(packets[i % 100])
            if i % 100 == 99:
                time.sleep(0.001)
        self.done.set()
        self.reader.join()
        self.client.close()


def storm(tap, stage):
    """Thousands of commands a second harm neither the sound nor each other."""
    write_wav(stage.path('n.wav'), noise(20 * RATE, 1), RATE)
    write_wav(stage.path('other.wav'), noise(20 * RATE, 2), RATE)
    host = Deckhost(stage, '--no-connect')
    host.ask('/deck/2/load', stage.path('n.wav'))
    host.ask('/record/start', stage.path('r.wav'))
    host.ask('/deck/2/play')
    time.sleep(0.3)
    stormers = [Stormer(host.port, 10000) for _ in range(3)]
    began = time.monotonic()
    for s in stormers:
        s.start()
    for s in stormers:
        s.join()
    rate = 30000 / (time.monotonic() - began)
    stats = host.stats()
    host.ask('/record/stop')
    answered = sum(s.answered for s in stormers)
    odd = [m for s in stormers for m in s.odd]
    tap.check(not odd, 'no command of a storm was refused', odd[:3])
    tap.check(answered + stats['osc/lost'] + stats['osc/unsent'] == 30000,
              'each of 30000 was answered or is counted as lost', (answered, stats['osc/lost'], stats['osc/unsent']))
    tap.check(answered > 15000, 'most were answered', answered)
    tap.check(stats['starves'] == 0 and stats['full_rings'] == 0, 'no deck starved, no ring was full', stats)
    recording, data = WaveFile(stage.path('r.wav')), floats(noise(20 * RATE, 1))
    first = next(i for i in range(recording.frames) if recording.samples[2 * i] or recording.samples[2 * i + 1])
    frames = min(recording.frames - first, 20 * RATE) - 2 * FADE - 10
    starts = [s for s in range(max(first - 2, 0), first + 3)
              if recording.samples[2 * (s + FADE):2 * (s + FADE + frames)] == data[2 * FADE:2 * (FADE + frames)]]
    tap.check(starts, 'what played meanwhile is the file, bit for bit, %.1f s of it' % (frames / RATE))
    print('# %.0f commands a second' % rate, flush=True)

    with socket.create_connection(('127.0.0.1', host.port)) as s:  # over TCP none is lost
        packet = encode('/deck/1/fader', 0.5)
        packet = len(packet).to_bytes(4, 'big') + packet
        got = [0]

        def read():
            end = len(encode('/ok', '/deck/1/fader')) + 4
            while got[0] < 20000 * end:
                data = s.recv(1 << 16)
                if not data:
                    return
                got[0] += len(data)
        reader = threading.Thread(target=read)
        reader.start()
        s.sendall(packet * 20000)
        reader.join(30)
        tap.check(got[0] == 20000 * (len(encode('/ok', '/deck/1/fader')) + 4), 'over TCP each of 20000 is answered', got)
    tap.check(host.close() == 0, 'it ends well', host.errors())


def subscribers(tap, stage):
    """Many clients are told what changes, and meters, each of its own."""
    write_wav(stage.path('n.wav'), tones(10, RATE, (1000, 0.5)), RATE)
    host = Deckhost(stage, '--no-connect', stage.path('n.wav'))
    clients = [Client(host.port) for _ in range(3)]
    for c, rate in zip(clients, (50, 20, 5)):
        for pattern in ('/deck/1/{state,position,meter}', '/master/meter', '/deck/*/fader'):
            tap.check(c.command('/subscribe', pattern, rate).ok, '%s at %d Hz' % (pattern, rate))
    host.ask('/deck/1/play')
    seen = [{} for _ in clients]
    end = time.monotonic() + 2.0
    while time.monotonic() < end:
        for c, values in zip(clients, seen):
            message = c.receive(0.002)
            while message:
                address, arguments = message
                if address == '/value':
                    values.setdefault(arguments[0], []).append(arguments[1:])
                message = c.receive(0.0)
    for c, values, rate in zip(clients, seen, (50, 20, 5)):
        meters = values.get('/master/meter', [])
        tap.check(0.5 * 2 * rate <= len(meters) <= 1.2 * 2 * rate + 2, '%d Hz: meters come so often' % rate, len(meters))
        loud = [m[0] for m in meters[len(meters) // 2:]]
        tap.check(loud and all(-6.2 < x < -5.9 for x in loud), '%d Hz: and show -6 dBFS, each time' % rate, loud)
        tap.check([v[0] for v in values['/deck/1/state']][-1] == 'playing' and len(values['/deck/1/state']) <= 2,
                  '%d Hz: a state is told when it changes' % rate, values['/deck/1/state'])
        tap.check([len(values.get('/deck/%d/fader' % n, [])) for n in (1, 2, 3, 4)] <= [1, 1, 1, 1],
                  '%d Hz: what stays is told once' % rate)
    tap.check(host.stats()['osc/subscriptions'] == 9, 'they are counted', host.stats()['osc/subscriptions'])
    clients[0].close()
    tap.check(wait_until(lambda: host.stats()['osc/subscriptions'] == 6), 'who goes is forgotten')
    for pattern in ('/deck/1/{state,position,meter}', '/master/meter', '/deck/*/fader'):
        clients[1].command('/subscribe', pattern, 0)
    tap.check(host.stats()['osc/subscriptions'] == 3, 'rate 0 ends one')
    for c in clients[1:]:
        c.close()
    tap.check(host.close() == 0, 'it ends well', host.errors())


SCORE = '''
0     /deck/1/load one.wav
0     /deck/2/load two.wav
0     /deck/3/load one.wav
0     /deck/1/eq/high -3
0.25  /start 0.25 1 2
0.7   /ramp /deck/1/fader 0.25 0.5
0.9   /deck/1/fader 0.8
1.0   /deck/2/eq/mode isolator
1.1   /deck/2/eq/kill/low 1
1.3   /ramp /crossfader -0.5 0.4
1.3   /deck/1/assign a
1.5   /deck/1/jump 0.5
1.6   /deck/1/loop 1 1.25
2.1   /deck/1/loop/enable 0
2.2   /deck/2/speed 1.06
2.4   /ramp /deck/2/speed 0.9 0.5
2.6   /deck/1/pitch 2
3.0   /deck/1/keylock 1
3.2   /deck/1/speed 1.1
4.0   /master/gain -6
4.2   /deck/3/play
4.5   /deck/2/pause
4.8   /deck/1/stop
5.2   /stop
'''
STRETCHED = '3.5  /deck/2/pitch 5\n'  # more than the resampler makes: Rubber Band


def same_as_rendered(tap, stage):
    """A score played live and the same score rendered are the same, sample for sample."""
    write_wav(stage.path('one.wav'), noise(8 * RATE, 1), RATE)
    write_wav(stage.path('two.wav'), tones(8, 44100, (80, 0.2), (1000, 0.2), (9000, 0.1)), 44100)
    # Rubber Band's FFT is chosen by measuring, and its last bit is not the same each time
    for name, score, tolerance in (('set', SCORE, 0.0), ('stretched', SCORE + STRETCHED, 1e-6)):
        host = Deckhost(stage, '--no-connect')
        live = host.record_score(name, score, 5.5)
        with open(stage.path('%s.score' % name), 'w') as file:
            file.write(score)
        r = stage.run(PROGRAM, 'render', name + '.score', '-o', 'rendered.wav', '--length', '5.5')
        starves = host.stats()['starves']
        tap.check(r.returncode == 0 and starves == 0, '%s: rendered, and nothing starved' % name, (r.stderr, starves))
        rendered = WaveFile(stage.path('rendered.wav'))
        frames = min(live.frames, rendered.frames)
        a, b = live.samples[:2 * frames], rendered.samples[:2 * frames]
        differ = next((i // 2 for i, (x, y) in enumerate(zip(a, b)) if abs(x - y) > tolerance), frames)
        tap.check(differ == frames and frames >= 5.4 * RATE, '%s: all frames are the same' % name,
                  'the first that differs is %d (%.4f s): %s and %s' % (
                      differ, differ / RATE, a[2 * differ:2 * differ + 8], b[2 * differ:2 * differ + 8]))
        tap.check(max(b) > 0.1, '%s: and there is something to hear' % name)
        tap.check(host.close() == 0, 'it ends well', host.errors())


def ramps(tap, stage):
    """A ramp is a straight line, and a new value ends it."""
    steady = noise(0, 1)
    steady.extend([8192] * (2 * 4 * RATE))
    write_wav(stage.path('steady.wav'), steady, RATE)
    with open(stage.path('ramp.score'), 'w') as file:
        file.write('0 /deck/1/load steady.wav\n0.25 /deck/1/play\n0.5 /ramp /deck/1/fader 0 1\n1 /deck/1/fader 0.9\n'
                   '1.5 /ramp /deck/1/fader 0.1 1\n2 /ramp /deck/1/fader 0.6 0.25\n')
    r = stage.run(PROGRAM, 'render', 'ramp.score', '-o', 'ramp.wav', '--length', '3')
    gain = [4.0 * x for x in WaveFile(stage.path('ramp.wav')).samples[::2]]
    tap.check(r.returncode == 0 and len(gain) == 3 * RATE, 'rendered', r.stderr)

    def at(seconds):
        return gain[int(seconds * RATE)]
    for seconds, expected in ((0.5, 1.0), (0.75, 0.75), (0.9, 0.6), (1.06, 0.9), (1.4, 0.9), (1.75, 0.7), (1.95, 0.54),
                              (2.125, 0.55), (2.3, 0.6), (2.9, 0.6)):
        tap.close(at(seconds), expected, 0.002, 'at %g s' % seconds)
    tap.check(max(abs(b - a) for a, b in zip(gain[RATE // 2:], gain[RATE // 2 + 1:])) < 0.005, 'no step anywhere')


if __name__ == '__main__':
    main(start_up, relative_paths, files, storm, subscribers, same_as_rendered, ramps)
