# SPDX-License-Identifier: GPL-3.0-or-later
# Sessions of the whole program: kept by itself, killed at any moment, loaded again.

import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, main, wait_until  # noqa: E402


def kept(tap, stage):
    """A session with --session: saved by itself, loaded after kill -9, saved at the end."""
    os.mkdir(stage.path('set'))
    session = stage.path('set/my.session')
    for name in ('set/a.wav', 'b.wav'):
        write_wav(stage.path(name), noise(20 * RATE, 1), RATE)
    host = Deckhost(stage, '--no-connect', '--session', session, stage.path('set/a.wav'), stage.path('b.wav'), '--play')
    assert wait_until(lambda: host.get('/deck/2/state') == 'playing')
    host.ask('/deck/add')
    host.ask('/deck/5/load', stage.path('b.wav'))
    host.ask('/deck/1/eq/low', -9.5)
    host.ask('/deck/1/eq/set', 'low_freq', 321.0)
    host.ask('/deck/1/hotcue/7/set', 3.25)
    host.ask('/deck/2/loop', 1.0, 2.0)
    host.ask('/deck/5/cue', 4.5)
    wanted = ('/deck/1/eq/low -9.5', '/deck/1/eq/set low_freq 321', '/deck/1/hotcue/7/set 3.25', '/deck/2/loop 1 2', '/deck/5/cue 4.5',
              '/deck/1/load a.wav', '/deck/2/load ' + stage.path('b.wav'))

    def saved():
        try:
            lines = stage.text('set/my.session').splitlines()
        except OSError:
            return False
        return all(w in lines for w in wanted)
    tap.check(wait_until(saved, 8.0), 'it is saved by itself, with paths relative where they can be', os.listdir(stage.path('set')))
    at = host.get('/deck/1/position')
    host.process.send_signal(signal.SIGKILL)
    host.process.wait()

    host = Deckhost(stage, '--no-connect', '--session', session)
    tap.check(wait_until(lambda: host.get('/deck/1/state') in ('cued', 'paused') and host.get('/deck/2/state') in ('cued', 'paused')),
              'after kill -9 the tracks are back', host.errors())
    tap.check(at - 5.0 < host.get('/deck/1/position') <= at + 0.1, 'where they were a few seconds before', host.get('/deck/1/position'))
    tap.close(host.get('/deck/1/eq/low'), -9.5, 1e-6, 'the EQ')
    tap.close(host.get('/deck/1/hotcue/7/set'), 3.25, 1e-6, 'a hot cue')
    tap.check(host.get('/deck/2/loop') == [1.0, 2.0] and host.get('/deck/2/loop/enable') == 1, 'a loop')
    tap.check(wait_until(lambda: abs(host.get('/deck/5/position') - 4.5) < 1e-3), 'a deck that was added', host.errors())
    host.ask('/deck/1/fader', 0.125)
    host.process.send_signal(signal.SIGTERM)
    tap.check(host.process.wait(10) == 0, 'SIGTERM ends it')
    tap.check('/deck/1/fader 0.125' in stage.text('set/my.session').splitlines(), 'what was changed last is saved at the end')

    chance = random.Random(1)

    def in_file():
        return next(float(w.split()[1]) for w in stage.text('set/my.session').splitlines() if w.startswith('/deck/1/fader'))
    for i in range(100):
        fader = in_file()
        host = Deckhost(stage, '--no-connect', '--session', session)
        tap.check(host.get('/deck/1/fader') == fader, 'what was saved is loaded', (host.get('/deck/1/fader'), fader))
        assert wait_until(lambda: host.get('/deck/1/state') in ('cued', 'paused'))
        fader = chance.randrange(1, 64) / 64.0
        host.ask('/deck/1/fader', fader)
        # at any moment; now and then around the moment of a save, or when one is surely done
        time.sleep(4.0 if i % 20 == 19 else 2.9 + 0.3 * chance.random() if i % 10 == 5 else 0.3 * chance.random())
        host.process.send_signal(signal.SIGKILL)
        host.process.wait()
        lines = stage.text('set/my.session').splitlines()
        tap.check(lines[-1] == '# end' and all(w in lines for w in wanted), 'killed, the file is whole')
        tap.check(i % 20 != 19 or in_file() == fader, 'what was done a few seconds before is in it')
    with open(stage.path('bad.session'), 'wb') as file:
        file.write(b'\0\1\2')
    result = stage.run(host.process.args[0], '--osc', '0', '--session', stage.path('bad.session'))
    tap.check(result.returncode == 1 and "isn't a session" in result.stderr, 'what is no session is refused', result.stderr)


if __name__ == '__main__':
    main(kept)
