# SPDX-License-Identifier: GPL-3.0-or-later
# The plugins in another JACK host.

import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from stage import BUILD, main, wait_until  # noqa: E402


def jalv(tap, stage):
    """jalv loads both plugins, stereo and mono."""
    if not shutil.which('jalv'):
        tap.skip('jalv loads the plugins', 'no jalv')
        return
    env = dict(stage.env, LV2_PATH=os.path.join(BUILD, 'lv2') + ':/usr/lib/lv2')
    for uri, ports in (('urn:deckhost:eq', ['in_left', 'in_right', 'out_left', 'out_right']),
                       ('urn:deckhost:eq:mono', ['in', 'out']),
                       ('urn:deckhost:pitch', ['in_left', 'in_right', 'out_left', 'out_right']),
                       ('urn:deckhost:pitch:plain', ['in_left', 'in_right', 'out_left', 'out_right']),
                       ('urn:deckhost:pitch:mono', ['in', 'out'])):
        name = uri.replace(':', '-')
        log = open(stage.path(name + '.log'), 'wb')
        process = subprocess.Popen(['jalv', '-i', '-n', name, uri], env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)
        stage.processes.started.append(process)
        there = wait_until(lambda: process.poll() is not None or all('%s:%s' % (name, p) in stage.ports() for p in ports))
        tap.check(there and process.poll() is None, 'jalv loads %s' % uri, stage.text(name + '.log'))
        if process.poll() is None:
            process.stdin.write(b'controls\n')
            process.stdin.flush()
            time.sleep(0.5)
            tap.check(process.poll() is None, '%s: runs' % uri)
            process.send_signal(signal.SIGINT)  # it writes what it has to say when it ends
        wait_until(lambda: process.poll() is not None)
        symbol = 'mid_freq = 1000' if 'eq' in uri else 'semitones = 0'
        tap.check(symbol in stage.text(name + '.log'), '%s: its controls' % uri, stage.text(name + '.log'))
        process.stdin.close()
        stage.processes.end(process)
        log.close()
        tap.check('error' not in stage.text(name + '.log').lower(), '%s: without a complaint' % uri, stage.text(name + '.log'))


if __name__ == '__main__':
    main(jalv)
