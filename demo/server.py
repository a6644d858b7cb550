# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that end with us, and the JACK server: the one that runs, or one of our own."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time


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


def jack_server(processes, folder, say):
    """The environment in which JACK clients find a server."""
    if server_answers(os.environ):
        say('JACK: using the server that runs')
        return dict(os.environ)
    name = 'deckhost-demo-%d' % os.getpid()
    env = dict(os.environ, JACK_DEFAULT_SERVER=name)
    log = os.path.join(folder, 'jackd.log')
    drivers = [('the dummy driver, which makes no sound', ['-d', 'dummy', '-r', '48000', '-p', '512'])]
    if has_sound_card():
        drivers.insert(0, ('the sound card', ['-d', 'alsa', '-r', '48000', '-p', '512']))
    for what, arguments in drivers:
        try:
            process = processes.start(['jackd', '-n', name] + arguments, log, env)
        except FileNotFoundError:
            raise SystemExit('demo: there is no jackd: install the package jackd2')
        end = time.monotonic() + 8.0
        while process.poll() is None and time.monotonic() < end:
            if server_answers(env):
                say('JACK: none runs; started one with %s' % what)
                return env
            time.sleep(0.1)
        processes.end(process)
        say('JACK: no server with %s:\n%s' % (what, log_tail(log)))
    raise SystemExit('demo: no JACK server runs and none would start: see %s' % log)
