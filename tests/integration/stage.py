# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the whole program share: a JACK server of their own, a running deckhost, and TAP output."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, 'demo'))
sys.dont_write_bytecode = True

from osc import Client  # noqa: E402
from server import Processes, free_port, start_named, start_server  # noqa: E402

BUILD = os.path.abspath(os.environ.get('DECKHOST_BUILD', os.path.join(TOP, 'build')))
PROGRAM = os.path.join(BUILD, 'deckhost')
RATE = 48000


def wait_until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())


class Stage:
    """A folder, a JACK server with the dummy driver, and whatever is started; all gone at the end."""

    def __init__(self, block=256):
        self.folder = tempfile.mkdtemp(prefix='deckhost-test-')
        self.processes = Processes()
        self.env = dict(os.environ, JACK_NO_START_SERVER='1', LC_ALL='C.UTF-8')
        try:
            self.start_jack(block)
        except BaseException:
            self.close()
            raise

    def start_jack(self, block):
        self.flags = ['-r']  # no real-time scheduling: a test machine may not grant it, and is shared
        self.jack = (['dummy', '-r', str(RATE), '-p', str(block)], self.path('jackd.log'))
        self.jackd, self.env = start_server(self.processes, 'test', *self.jack, self.env, self.flags)

    def restart_jack(self):
        self.jackd, _ = start_named(self.processes, self.env['JACK_DEFAULT_SERVER'], *self.jack, self.env, self.flags)

    def path(self, name):
        return os.path.join(self.folder, name)

    def text(self, name):
        with open(self.path(name), errors='replace') as file:
            return file.read()

    def run(self, *command, env=None, timeout=30):
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=env or self.env, cwd=self.folder, timeout=timeout)

    def ports(self):
        """Port name -> the ports that it is connected to."""
        ports, name = {}, None
        for line in self.run('jack_lsp', '-c').stdout.splitlines():
            if line.startswith(' '):
                ports[name].append(line.strip())
            else:
                name = line.strip()
                ports[name] = []
        return ports

    def close(self):
        self.processes.end_all()
        shutil.rmtree(self.folder, ignore_errors=True)


class Deckhost:
    """A running deckhost and a line to it."""

    def __init__(self, stage, *arguments, program=PROGRAM, log='deckhost.log', env=None):
        self.stage, self.port, self.log = stage, free_port(), log
        self.process = stage.processes.start([program, '--osc', str(self.port)] + list(arguments), stage.path(log),
                                             env or stage.env)
        self.osc = Client(self.port)
        assert wait_until(lambda: self.process.poll() is not None or self.osc.command('/stats', timeout=0.2).ok, 15.0)
        assert self.process.poll() is None, 'deckhost ended with status %s: %s' % (self.process.poll(), self.errors())

    def errors(self):
        return self.stage.text(self.log)

    def ask(self, *words):
        """Send a command that must go well."""
        answer = self.osc.command(*words)
        assert answer.ok, '%s: %s' % (' '.join(map(str, words)), answer.text)
        return answer

    def get(self, address):
        """The values of one address; a single one as it is."""
        values = self.ask('/get', address).values
        assert address in values, 'no value for %s' % address
        return values[address][0] if len(values[address]) == 1 else values[address]

    def stats(self):
        return self.ask('/stats').stats

    def alive(self):
        return self.process.poll() is None and self.osc.command('/stats').ok

    def send(self, *words):
        return self.stage.run(PROGRAM, 'send', '--osc', str(self.port), *map(str, words))

    def play_score(self, name, text, seconds):
        """Play a score and wait until it is over."""
        with open(self.stage.path(name), 'w') as file:
            file.write(text)
        self.ask('/score/play', self.stage.path(name))
        time.sleep(seconds)

    def record_score(self, name, text, seconds):
        """Play a score of `seconds` and return what the master recorded of it."""
        from wavefile import WaveFile
        path = self.stage.path(name + '.wav')
        if os.path.exists(path):
            os.remove(path)
        self.play_score(name + '.score', '0 /record/start "%s"\n%s\n%g /record/stop\n' % (path, text, seconds), seconds)
        expected = int(seconds * RATE)

        def whole():
            try:
                return WaveFile(path).frames >= expected - 1
            except (OSError, ValueError, UnboundLocalError):
                return False
        assert wait_until(whole), '%s was not recorded: %s' % (name, self.errors())
        time.sleep(0.1)  # the header is written last
        return WaveFile(path)

    def close(self):
        """Ask it to go; its exit status."""
        self.osc.command('/quit')
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            status = None
        self.stage.processes.end(self.process)
        self.osc.close()
        return status


class Tap:
    """Results, one line each, as the Test Anything Protocol wants them."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, good, name, detail=''):
        self.count += 1
        self.failed += not good
        print('%s %d - %s' % ('ok' if good else 'not ok', self.count, name), flush=True)
        if not good and detail:
            print(''.join('# %s\n' % line for line in str(detail).splitlines()), end='', flush=True)
        return good

    def close(self, value, expected, tolerance, name):
        return self.check(abs(value - expected) <= tolerance, name,
                          'expected %g +- %g, got %g' % (expected, tolerance, value))

    def skip(self, name, why):
        self.count += 1
        print('ok %d - %s # SKIP %s' % (self.count, name, why), flush=True)


def main(*tests):
    """Run each test with a stage of its own; exit status 1 if any failed."""
    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
    tap = Tap()
    for test in tests:
        print('# %s' % test.__doc__, flush=True)
        stage = None
        try:
            stage = Stage()
            test(tap, stage)
        except KeyboardInterrupt:
            print('Bail out! interrupted', flush=True)
            sys.exit(1)
        except Exception:
            tap.check(False, test.__name__, traceback.format_exc())
        finally:
            if stage:
                stage.close()
    print('1..%d' % tap.count, flush=True)
    sys.exit(1 if tap.failed else 0)
