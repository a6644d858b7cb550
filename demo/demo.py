# SPDX-License-Identifier: GPL-3.0-or-later
"""Play a mix of several decks through JACK, watch it, record it, and say how it went."""

import argparse
import math
import os
import shutil
import signal
import subprocess
import sys
import time

from mix import LEAD_IN, Mix
from server import NoServer, Processes, free_port, jack_server, log_tail
from wavefile import WaveFile

TRACKS = ['drums.wav', 'bass.flac', 'chords.ogg', 'lead.flac']
SHORTEST = 4.0  # seconds in which all of the mix's parts still fit
PRIMING = 1.5   # seconds that pass before and after it


class Failure(Exception):
    pass


def say(text):
    print(text, flush=True)


def read_arguments():
    parser = argparse.ArgumentParser(prog='./waf demo', description=__doc__,
                                     usage='./waf demo [--seconds N] [--tracks FILE,FILE,...]')
    parser.add_argument('build', help='the build folder')
    parser.add_argument('--seconds', type=float, default=62.0, help='length of the mix (62)')
    parser.add_argument('--tracks', default='', help='your own files, FILE,FILE,...: 2 to 64')
    parser.add_argument('--output', default='demo.wav', help='where it is recorded (demo.wav)')
    a = parser.parse_args()
    if not SHORTEST <= a.seconds <= 3600.0:
        parser.error('--seconds: from %g to 3600' % SHORTEST)
    a.build = os.path.abspath(a.build)
    a.output = os.path.abspath(a.output)
    a.own = [os.path.abspath(t) for t in a.tracks.split(',') if t]
    if a.own and not 2 <= len(a.own) <= 64:
        parser.error('--tracks: 2 to 64 files, with commas between them')
    for track in a.own:
        if not os.path.isfile(track):
            parser.error('--tracks: there is no file %s' % track)
    return a


def our_tracks(folder, synth):
    """The four tracks, synthesised at the first time."""
    target = os.path.join(folder, 'tracks')
    paths = [os.path.join(target, name) for name in TRACKS]
    made = os.path.getmtime(synth)
    if not all(os.path.exists(p) and os.path.getmtime(p) >= made for p in paths):
        say('Synthesising four tracks')
        fresh = target + '.new'
        shutil.rmtree(fresh, ignore_errors=True)
        os.makedirs(fresh)
        subprocess.run([synth, fresh], check=True)
        shutil.rmtree(target, ignore_errors=True)
        os.rename(fresh, target)
    return paths


class Deckhost:
    """A running deckhost, spoken to with its own `send`."""

    def __init__(self, processes, program, decks, folder, env):
        self.program, self.env, self.port = program, env, free_port()
        self.log = os.path.join(folder, 'deckhost.log')
        self.process = processes.start([program, '--osc', str(self.port), '--decks', str(max(decks, 2))], self.log, env)
        end = time.monotonic() + 15.0
        while not self.send('/stats')[0]:
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure('deckhost did not start:\n' + log_tail(self.log))
            time.sleep(0.05)

    def send(self, *words):
        """Whether it went well, and the lines of the answer."""
        r = subprocess.run([self.program, 'send', '--osc', str(self.port), '--seconds', '20'] + [str(w) for w in words],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env, text=True)
        return r.returncode == 0, r.stdout.splitlines()

    def ask(self, *words):
        """Send, and fail with the answer's own words."""
        good, lines = self.send(*words)
        if not good:
            raise Failure('%s: %s' % (words[0], lines[-1] if lines else 'no answer\n' + log_tail(self.log)))
        return lines

    def values(self, *words):
        """The numbers in an answer, by address."""
        found = {}
        for line in self.ask(*words):
            parts = line.split()
            if parts[0] == '/value':
                parts = parts[1:]
            if len(parts) > 1 and parts[0] not in ('/ok', '/error'):
                try:
                    found[parts[0]] = float(parts[1])
                except ValueError:
                    pass
        return found

    def watch(self, seconds, title):
        return subprocess.run([self.program, 'watch', '--osc', str(self.port), '--seconds', '%.3f' % seconds,
                               '--title', title], env=self.env).returncode


def play(host, score, seconds, title):
    host.ask('/stats/reset')
    host.ask('/score/play', score)
    if host.watch(seconds + PRIMING, title) != 0 or host.process.poll() is not None:
        raise Failure('deckhost ended before the mix did:\n' + log_tail(host.log))


def summary(host, decks):
    stats = {k[len('/stats/'):]: v for k, v in host.values('/stats').items()}
    latency = host.values('/get', '/deck/*/latency')
    budget = stats.get('budget', 0.0)
    say('')
    say('Summary')
    say('  cycles    %d of %d frames at %d Hz, budget %.0f us'
        % (stats['cycles'], stats['block'], stats['rate'], budget))
    say('  xruns     %d, starved %d times, %d late commands, %d full rings'
        % (stats['xruns'], stats['starves'], stats['late'], stats['full_rings']))
    for key, name in (('cycle/mean', 'mean'), ('cycle/p99', '99 % below'), ('cycle/max', 'longest')):
        say('  %-9s %-10s %7.0f us  %5.1f %% of the budget'
            % ('cycle' if name == 'mean' else '', name, stats[key], 100.0 * stats[key] / budget if budget else 0.0))
    for deck in range(1, decks + 1):
        frames = latency.get('/deck/%d/latency' % deck, 0.0)
        say('  deck %-4d starved %d times, latency %d frames (%.1f ms), compensated'
            % (deck, stats.get('deck/%d/starves' % deck, 0), frames, 1e3 * frames / stats['rate']))


def check_recording(path, seconds, own):
    try:
        wave = WaveFile(path)
    except (OSError, ValueError) as error:
        raise Failure('nothing was recorded: %s' % error)
    length = wave.frames / wave.rate
    peak = wave.peak()
    steps = [t * 0.5 for t in range(int(2.0 * LEAD_IN), int(2.0 * (seconds - 2.5)))]
    silent = [t for t in steps if wave.peak(t, t + 0.5) < 1e-3]
    say('  recorded  %s: %.1f s, peak %.1f dBFS' % (path, length, 20.0 * math.log10(max(peak, 1e-10))))
    if abs(length - seconds) > 0.5:
        raise Failure('%s is %.1f s long: it should be %.1f s' % (path, length, seconds))
    if peak < 1e-3 or (not own and len(silent) > len(steps) // 4):  # somebody's music may begin with silence
        raise Failure('%s is silent%s' % (path, '' if peak < 1e-3 else ' from %.1f s' % silent[0]))


def run(a, processes):
    folder = os.path.join(a.build, 'demo')
    program = os.path.join(a.build, 'deckhost')
    os.makedirs(folder, exist_ok=True)
    tracks = a.own or our_tracks(folder, os.path.join(folder, 'synth'))
    if os.path.exists(a.output):
        os.remove(a.output)
    env = jack_server(processes, folder, say)
    host = Deckhost(processes, program, len(tracks), folder, env)
    lengths = None
    if a.own:
        lengths = []
        for deck, track in enumerate(tracks, 1):
            host.ask('/deck/%d/load' % deck, track)
            lengths.append(host.values('/get', '/deck/%d/length' % deck)['/deck/%d/length' % deck])
    score = os.path.join(folder, 'demo.score')
    with open(score, 'w') as file:
        file.write(Mix(tracks, a.seconds, a.output, lengths).text())
    say('Playing %s' % os.path.relpath(score))
    play(host, score, a.seconds, 'deckhost demo: %d decks through JACK' % len(tracks))
    summary(host, len(tracks))
    check_recording(a.output, a.seconds, bool(a.own))
    host.send('/quit')


def main():
    a = read_arguments()
    processes = Processes()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # waf ignores it meanwhile, and we would inherit that
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    try:
        run(a, processes)
    except (Failure, NoServer) as failure:
        print('demo: %s' % failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('demo: interrupted', file=sys.stderr)
        return 130
    finally:
        processes.end_all()
    return 0


if __name__ == '__main__':
    sys.exit(main())
