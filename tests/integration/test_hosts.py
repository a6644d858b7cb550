# SPDX-License-Identifier: GPL-3.0-or-later
# The plugins in another JACK host: what comes out is what we make of it ourselves, sample by sample.

import array
import math
import os
import random
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from stage import BUILD, TOP, main, wait_until  # noqa: E402

sys.path.insert(0, os.path.join(TOP, 'tests', 'support'))

import plugin  # noqa: E402

FRAMES = 30000

# URI, controls in their order: enabled mode low mid high kills freqs gain, or enabled semitones cents engine threshold
# quality formant latency_mode; and a line that jalv says of them
TRIES = [
    ('urn:deckhost:eq', (1, 0, -12, 6, 3, 0, 0, 0, 200, 800, 0.7, 4000, -3), 'mid_freq = 800'),
    ('urn:deckhost:eq', (1, 1, 0, 0, 6, 1, 0, 0, 300, 1000, 0.7, 2000, 0), 'kill_low = 1'),
    ('urn:deckhost:eq:plain', (1, 0, 0, 3, 0, 0, 0, 1, 200, 1000, 2, 4000, 3), 'kill_high = 1'),
    ('urn:deckhost:eq:mono', (1, 0, -12, 6, 0, 0, 0, 0, 100, 1000, 0.7, 4000, 0), 'low_freq = 100'),
    ('urn:deckhost:pitch', (1, 2, 20, 0, 3, 0, 0, 0), 'cents = 20'),
    ('urn:deckhost:pitch', (1, 0, 0, 0, 3, 1, 0, 0), 'quality = 1'),
    ('urn:deckhost:pitch:plain', (1, 0, 0, 0, 3, 0, 0, 1), 'latency_mode = 1'),
    ('urn:deckhost:pitch:mono', (0, -3, 0, 0, 3, 0, 0, 0), 'semitones = -3'),
]
SYMBOLS = {
    'eq': 'enabled mode low mid high kill_low kill_mid kill_high low_freq mid_freq mid_q high_freq gain'.split(),
    'pitch': 'enabled semitones cents engine threshold quality formant latency_mode'.split(),
}


def difference(theirs, mine):
    """Where and how they differ; None: nowhere."""
    for side, (a, b) in enumerate(zip(theirs, mine)):
        for frame, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return 'channel %d differs first at frame %d: %g, not %g' % (side, frame, x, y)
    return None


def rms(samples):
    return math.sqrt(sum(x * x for x in samples) / len(samples))


def compare(uri, controls, noise, theirs):
    """What is wrong; None: nothing.  Where a shift splices depends on how long ago jalv activated it: only its level."""
    if 'pitch' in uri and controls[0] and any(controls[1:3]):
        ratio = rms(theirs[0][FRAMES // 2:]) / rms(noise[0])
        return None if 0.8 < ratio < 1.1 else '%g times the level' % ratio
    return difference(theirs, plugin.run(os.path.join(BUILD, 'lv2'), uri, controls, noise))


def through(stage, name, inputs, channels):
    """Samples through a client that runs: a list of floats for each channel, or what went wrong."""
    data = array.array('f', [x for samples in channels for x in samples])
    with open(stage.path('in.f32'), 'wb') as file:
        data.tofile(file)
    ports = [','.join('%s:%s' % (name, port.replace('in', way, 1)) for port in inputs) for way in ('in', 'out')]
    tape = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'jack_tape.py')
    done = stage.run(sys.executable, tape, stage.path('in.f32'), stage.path('out.f32'), str(FRAMES), *ports, timeout=100)
    if done.returncode:
        return done.stdout + done.stderr
    data = array.array('f')
    with open(stage.path('out.f32'), 'rb') as file:
        data.frombytes(file.read())
    return [data[k * FRAMES:(k + 1) * FRAMES] for k in range(len(channels))]


def jalv(tap, stage):
    """jalv runs every plugin, in every variant."""
    if not shutil.which('jalv') or os.environ.get('DECKHOST_SANITIZE'):
        tap.skip('jalv runs the plugins', 'sanitized' if shutil.which('jalv') else 'no jalv')
        return
    env = dict(stage.env, LV2_PATH=os.path.join(BUILD, 'lv2') + ':/usr/lib/lv2')
    for number, (uri, controls, said) in enumerate(TRIES):
        name = 'try-%d' % number
        inputs = ['in'] if uri.endswith('mono') else ['in_left', 'in_right']
        sets = [word for pair in zip(SYMBOLS[uri.split(':')[2]], controls) for word in ('-c', '%s=%g' % pair)]
        log = open(stage.path(name + '.log'), 'wb')
        process = subprocess.Popen(['jalv', '-i', '-n', name, *sets, uri], env=env, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log)
        stage.processes.started.append(process)
        ports = ['%s:%s' % (name, port.replace('in', way, 1)) for port in inputs for way in ('in', 'out')]
        there = wait_until(lambda: process.poll() is not None or all(port in stage.ports() for port in ports))
        tap.check(there and process.poll() is None, '%s: loads' % uri, stage.text(name + '.log'))
        rng = random.Random(number)
        noise = [array.array('f', (rng.uniform(-0.2, 0.2) for _ in range(FRAMES))) for _ in inputs]
        theirs = through(stage, name, inputs, noise)
        wrong = theirs if isinstance(theirs, str) else compare(uri, controls, noise, theirs)
        tap.check(not wrong, '%s: sample by sample' % uri, wrong)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)  # it writes what it has to say when it ends
        wait_until(lambda: process.poll() is not None)
        stage.processes.end(process)
        log.close()
        text = stage.text(name + '.log')
        tap.check(said in text, '%s: its controls' % uri, text)
        tap.check('error' not in text.lower(), '%s: without a complaint' % uri, text)


if __name__ == '__main__':
    main(jalv)
