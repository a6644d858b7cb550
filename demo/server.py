# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that end with us, and the JACK server: the one that runs, or one of our own."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time

SERVERS = 8                               # that JACK has room for on a machine
FULL = 'Too many servers already active'  # what jackd says then


def die_with_parent():
    """Between fork and exec: if this script is killed, so is the child (PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Processes:
    """What we started: ended by pid, the newest first."""

    def __init__(self):
        self.started = []

    def start(self, command, log, env=None):
        with open(log, 'wb') as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=env,
                                       start_new_session=True, preexec_fn=die_with_parent)
        self.started.append(process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if process in self.started:
            self.started.remove(process)

    def end_all(self):
        while self.started:
            self.end(self.started[-1])


def free_port():
    """A port that is free for both UDP and TCP just now."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(('127.0.0.1', 0))
            try:
                udp.bind(('127.0.0.1', tcp.getsockname()[1]))
            except OSError:
                continue
            return tcp.getsockname()[1]


# Whether a JACK server answers: in a process of its own, since libjack's client threads don't always come back.
PROBE = '''
import ctypes, sys
jack = ctypes.CDLL("libjack.so.0")
quiet = ctypes.CFUNCTYPE(None, ctypes.c_char_p)(lambda text: None)
jack.jack_set_error_function(quiet)
jack.jack_set_info_function(quiet)
jack.jack_client_open.restype = ctypes.c_void_p
status = ctypes.c_int(0)
client = jack.jack_client_open(b"deckhost-probe", ctypes.c_int(1), ctypes.byref(status))
if client:
    jack.jack_client_close(ctypes.c_void_p(client))
sys.exit(0 if client else 1)
'''


def server_answers(env):
    try:
        return subprocess.run([sys.executable, '-c', PROBE], env=env, timeout=5, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def has_sound_card():
    try:
        with open('/proc/asound/cards') as file:
            return any(line.strip()[:1].isdigit() for line in file)
    except OSError:
        return False


def log_tail(path, lines=6):
    try:
        with open(path, errors='replace') as file:
            return ''.join('    ' + line for line in file.readlines()[-lines:])
    except OSError:
        return ''


class NoServer(Exception):
    """Why there is no JACK server, and what to do."""


def why_not(log):
    """What jackd said, without its banner."""
    try:
        with open(log, errors='replace') as file:
            lines = [line.strip() for line in file]
    except OSError:
        lines = []
    if FULL in lines:
        return ('%s: JACK has room for %d and counts those that were killed, too; end the others, or, where none runs, '
                'remove /dev/shm/jack-shm-registry' % (FULL, SERVERS))
    banner = re.compile('jackdmp |Copyright |This is free software|under certain conditions|JACK server starting|$')
    return '; '.join([line for line in lines if not banner.match(line)][:4]) or 'jackd said nothing, see %s' % log


def start_named(processes, name, driver, log, env, options=()):
    """Start jackd and wait for it: (process, environment for its clients).  NoServer where it doesn't come up."""
    env = dict(env, JACK_DEFAULT_SERVER=name)
    try:
        process = processes.start(['jackd', *options, '-n', name, '-d', *driver], log, env)
    except FileNotFoundError:
        raise NoServer('there is no jackd: install the package jackd2')
    end = time.monotonic() + 10.0
    while process.poll() is None and time.monotonic() < end:
        if server_answers(env) and process.poll() is None:
            return process, env
        time.sleep(0.05)
    processes.end(process)
    raise NoServer(why_not(log))


def start_server(processes, purpose, driver, log, env, options=()):
    """The same under a name that is free.  There are few: who is killed keeps its place until another takes its name."""
    why = '%d of ours run already' % SERVERS
    for number in range(SERVERS):
        name = 'deckhost-%s-%d' % (purpose, number)
        if not server_answers(dict(env, JACK_DEFAULT_SERVER=name)):
            try:
                return start_named(processes, name, driver, log, env, options)
            except NoServer as refusal:
                why = str(refusal)
                if 'already active' not in why:  # else somebody was quicker, or another name may have a place
                    break
    raise NoServer(why)


def jack_server(processes, folder, say):
    """The environment in which JACK clients find a server."""
    if server_answers(os.environ):
        say('JACK: using the server that runs')
        return dict(os.environ)
    log = os.path.join(folder, 'jackd.log')
    drivers = [('the dummy driver, which makes no sound', 'dummy')]
    if has_sound_card():
        drivers.insert(0, ('the sound card', 'alsa'))
    for what, driver in drivers:
        try:
            _, env = start_server(processes, 'demo', [driver, '-r', '48000', '-p', '512'], log, os.environ)
        except NoServer as why:
            say('JACK: no server with %s: %s' % (what, why))
        else:
            say('JACK: none runs; started one with %s' % what)
            return env
    raise NoServer('no JACK server runs and none would start: start one, then ./waf demo')
