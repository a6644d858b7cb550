# SPDX-License-Identifier: GPL-3.0-or-later
# Under a session manager: a stub of an NSM server opens, saves and switches sessions, and takes notes.

import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from osc import Client, decode, encode  # noqa: E402
from signals import noise, write_wav  # noqa: E402
from stage import PROGRAM, RATE, free_port, main, wait_until  # noqa: E402


class Server:
    """What a session manager says to one client, and hears from it."""

    def __init__(self):
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.url = 'osc.udp://localhost:%d/' % self.socket.getsockname()[1]  # a host by its name
        self.client, self.heard = None, []

    def hear(self, seconds=0.05):
        self.socket.settimeout(seconds)
        try:
            while True:
                data, self.client = self.socket.recvfrom(65536)
                self.heard.append(decode(data))
        except socket.timeout:
            pass

    def wait(self, address, first=None, seconds=20.0):
        """The arguments of the next such message, which is then forgotten; None: it didn't come."""
        end = time.monotonic() + seconds
        while True:
            for i, (a, arguments) in enumerate(self.heard):
                if a == address and (first is None or arguments[:1] == [first]):
                    del self.heard[i]
                    return arguments
            if time.monotonic() > end:
                return None
            self.hear()

    def say(self, address, *arguments):
        self.socket.sendto(encode(address, *arguments), self.client)


def ports(stage, client):
    return [p for p in stage.ports() if p.startswith(client + ':')]


def life(tap, stage):
    """Announce, open, save, switch, signals, the end."""
    write_wav(stage.path('outside.wav'), noise(5 * RATE, 1), RATE)
    server, port = Server(), free_port()
    env = dict(stage.env, NSM_URL=server.url)
    process = stage.processes.start([PROGRAM, '--osc', str(port)], stage.path('nsm.log'), env)
    hello = server.wait('/nsm/server/announce')
    tap.check(hello and hello[0] == 'deckhost' and hello[1] == ':switch:dirty:progress:message:' and
              hello[2] == PROGRAM and hello[3:5] == [1, 2] and hello[5] == process.pid, 'it announces itself', hello)
    time.sleep(0.3)
    tap.check(not [p for p in stage.ports() if p.startswith('deckhost')], 'and is no JACK client before it is told to be', stage.ports())
    server.say('/reply', '/nsm/server/announce', 'hello', 'stub', ':server-control:')
    server.say('/nsm/client/open', stage.path('one.nABCD'), 'one', 'deckhost.nABCD')
    tap.check(server.wait('/reply', '/nsm/client/open'), 'a new session is opened', stage.text('nsm.log'))
    tap.check('deckhost.nABCD:master_L' in ports(stage, 'deckhost.nABCD'), 'its JACK name is the one it was given', stage.ports())
    tap.check(not stage.ports()['deckhost.nABCD:master_L'], 'nothing is connected by itself')
    tap.check(server.wait('/nsm/client/is_clean') is not None, 'a new session is clean')
    osc = Client(port)
    assert osc.command('/deck/2/load', stage.path('outside.wav')).ok
    assert osc.command('/deck/2/fader', 0.375).ok
    tap.check(server.wait('/nsm/client/is_dirty') is not None, 'changed, it is dirty')
    server.say('/nsm/client/save')
    tap.check(server.wait('/reply', '/nsm/client/save'), 'it saves')
    tap.check(server.wait('/nsm/client/is_clean') is not None, 'and is clean')
    text = stage.text('one.nABCD/deckhost.session')
    tap.check('/deck/2/load audio/outside.wav' in text and
              os.readlink(stage.path('one.nABCD/audio/outside.wav')) == stage.path('outside.wav'),
              'a file from elsewhere is linked into the session', text)

    second = stage.processes.start([PROGRAM, '--osc', str(port)], stage.path('second.log'), dict(stage.env, NSM_URL=(other := Server()).url))
    other.wait('/nsm/server/announce')
    other.say('/nsm/client/open', stage.path('x'), 'x', 'deckhost.nABCD')
    refused = other.wait('/error', '/nsm/client/open')
    tap.check(refused and 'another JACK client has it' in refused[2], 'a name that is taken is refused', refused)
    stage.processes.end(second)
    second = stage.processes.start([PROGRAM, '--osc', str(port)], stage.path('second.log'), dict(stage.env, NSM_URL=(other := Server()).url))
    other.wait('/nsm/server/announce')
    other.say('/nsm/client/open', stage.path('y'), 'y', 'deckhost.nEFGH')
    tap.check(other.wait('/reply', '/nsm/client/open'), 'a second one runs beside it, on another OSC port', stage.text('second.log'))
    stage.processes.end(second)

    server.heard.clear()
    server.say('/nsm/client/open', stage.path('two'), 'two', 'deckhost.two')
    tap.check(server.wait('/reply', '/nsm/client/open'), 'it switches to another session', stage.text('nsm.log'))
    tap.check(ports(stage, 'deckhost.two') and not ports(stage, 'deckhost.nABCD'), 'under another name', stage.ports())
    tap.check(osc.command('/get', '/deck/2/state').values['/deck/2/state'] == ['empty'], 'which is empty')
    server.heard.clear()
    server.say('/nsm/client/open', stage.path('one.nABCD'), 'one', 'deckhost.nABCD')
    tap.check(server.wait('/reply', '/nsm/client/open'), 'and back', stage.text('nsm.log'))
    progress = [a[0] for w, a in server.heard if w == '/nsm/client/progress']
    tap.check(progress and progress == sorted(progress), 'the progress of the load is told', server.heard)
    values = osc.command('/get', '/deck/2/*').values
    tap.check(values['/deck/2/fader'] == [0.375] and values['/deck/2/path'][0].endswith('one.nABCD/audio/outside.wav'),
              'what was saved is there', (values, stage.text('nsm.log')))
    osc.command('/deck/2/fader', 0.5)
    process.send_signal(signal.SIGUSR1)
    tap.check(wait_until(lambda: '/deck/2/fader 0.5' in stage.text('one.nABCD/deckhost.session')), 'SIGUSR1 saves')
    server.heard.clear()
    server.say('/nsm/client/open', 'relative', 'x', 'y')
    refused = server.wait('/error', '/nsm/client/open')
    tap.check(refused and refused[1] < 0, 'nonsense is refused with a code', refused)
    os.remove(stage.path('outside.wav'))
    server.say('/nsm/client/open', stage.path('one.nABCD'), 'one', 'deckhost.nABCD')
    tap.check(server.wait('/reply', '/nsm/client/open') and server.wait('/nsm/client/message'), 'a missing file is told of')
    osc.command('/deck/1/fader', 0.25)  # not saved
    process.send_signal(signal.SIGTERM)
    tap.check(process.wait(5) == 0, 'SIGTERM ends it at once')
    tap.check('/deck/1/fader 0.25' not in stage.text('one.nABCD/deckhost.session'), 'without saving')


def errors(tap, stage):
    """Managers that aren't there, or don't want us."""
    for url, why in (('nonsense', 'osc.udp://'), ('osc.udp://no.such.host.invalid:1/', 'no session manager')):
        r = stage.run(PROGRAM, '--osc', '0', env=dict(stage.env, NSM_URL=url))
        tap.check(r.returncode == 1 and why in r.stderr, 'NSM_URL=%s' % url, r.stderr)
    server = Server()
    process = stage.processes.start([PROGRAM, '--osc', '0'], stage.path('refused.log'), dict(stage.env, NSM_URL=server.url))
    server.wait('/nsm/server/announce')
    server.say('/error', '/nsm/server/announce', -2, 'incompatible')
    tap.check(process.wait(10) == 1 and 'incompatible' in stage.text('refused.log'), 'refused by the manager', stage.text('refused.log'))


if __name__ == '__main__':
    main(life, errors)
