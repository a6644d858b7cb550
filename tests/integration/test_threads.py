# SPDX-License-Identifier: GPL-3.0-or-later
# Decks on several threads at a real JACK server: with its priority, back with it after a restart, else not at all.

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import noise, write_wav  # noqa: E402
from stage import RATE, Deckhost, main, wait_until  # noqa: E402

DECKS = 8


def threads_of(host):
    """Scheduling policy and priority of each of our threads, by name."""
    found = {}
    folder = '/proc/%d/task' % host.process.pid
    for number in os.listdir(folder):
        try:
            with open('%s/%s/comm' % (folder, number)) as file:
                name = file.read().strip()
            found.setdefault(name, []).append((os.sched_getscheduler(int(number)) & ~os.SCHED_RESET_ON_FORK,
                                               os.sched_getparam(int(number)).sched_priority))
        except OSError:
            pass  # it has ended
    return found


def decks_threads(host):
    return threads_of(host).get('decks', [])


def one_without_priority(tap, stage):
    """A server without real-time priority: all decks on one thread, and it says why."""
    host = Deckhost(stage, '--threads', '3', '--no-connect')
    tap.check(not decks_threads(host), 'no other thread', threads_of(host))
    tap.check(host.stats()['threads'] == 1, 'which /stats shows', host.stats())
    tap.check('warning: all decks run on one thread, since the JACK server' in host.errors(), 'and it is said', host.errors())
    tap.check(host.close() == 0, 'it ends well', host.errors())
    host = Deckhost(stage, '--threads', '1', '--no-connect')
    tap.check('on one thread' not in host.errors(), 'nothing is said where one was asked for', host.errors())
    host.close()


def may_have_priority():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        return True
    except OSError:
        return False


def several_with_priority(tap, stage):
    """A server with it: threads at the client's own priority, that come back after a restart."""
    if not may_have_priority():
        return tap.skip('several threads', 'this machine grants no real-time priority')
    stage.processes.end(stage.jackd)
    stage.flags = ['-R', '-P', '40']
    stage.restart_jack()
    write_wav(stage.path('noise.wav'), noise(10 * RATE, 1), RATE)
    host = Deckhost(stage, '--decks', str(DECKS), '--threads', '3', '--no-connect')
    tap.check(host.stats()['threads'] == 3, '/stats shows three threads', host.stats())
    tap.check('on 3 threads' in host.errors(), 'and the first line does', host.errors())
    mine = decks_threads(host)
    process = [t for t in threads_of(host).get('deckhost', []) if t[0] == os.SCHED_FIFO]
    tap.check(len(mine) == 2 and mine == 2 * process, 'two others at the priority of JACK\'s own', threads_of(host))
    for deck in range(1, DECKS + 1):
        host.ask('/deck/%d/load' % deck, stage.path('noise.wav'))
        host.ask('/deck/%d/pitch' % deck, 7)  # Rubber Band
        host.ask('/deck/%d/repeat' % deck, 1)
    host.ask('/start', 0.1, *range(1, DECKS + 1))

    def all_play():
        return all(host.get('/deck/%d/state' % deck) == 'playing' for deck in range(1, DECKS + 1))
    tap.check(wait_until(all_play), 'all play')
    host.ask('/stats/reset')
    tap.check(wait_until(lambda: host.stats()['join/mean'] > 0), 'they are woken', host.stats())
    tap.check(host.ask('/deck/add').rest[1] == DECKS + 1, 'a deck is added')
    host.ask('/deck/%d/load' % (DECKS + 1), stage.path('noise.wav'))
    host.ask('/deck/%d/play' % (DECKS + 1))
    host.ask('/deck/remove', 1)
    tap.check(wait_until(lambda: host.get('/deck/%d/state' % (DECKS + 1)) == 'playing'), 'and plays; another is gone')

    if stage.run('which', 'jack_freewheel').returncode == 0:
        before = host.stats()['cycles']
        stage.run('jack_freewheel', 'y')
        time.sleep(0.5)
        stage.run('jack_freewheel', 'n')
        tap.check(host.stats()['cycles'] > before and host.alive(), 'freewheeling does no harm')
    else:
        tap.skip('freewheeling', 'no jack_freewheel')

    stage.processes.end(stage.jackd)
    tap.check(wait_until(lambda: not decks_threads(host)), 'they go with the server', threads_of(host))
    stage.flags = ['-R', '-P', '30']
    stage.restart_jack()
    tap.check(wait_until(lambda: 'JACK is back' in host.errors()), 'the server comes back', host.errors())
    tap.check(host.stats()['threads'] == 3, 'so do they', host.stats())
    later = decks_threads(host)
    tap.check(len(later) == 2 and later[0][1] == mine[0][1] - 10, 'at the new priority', (mine, later))
    position = host.get('/deck/2/position')
    tap.check(wait_until(lambda: host.get('/deck/2/position') != position), 'it plays on')
    tap.check(host.close() == 0, 'it ends well', host.errors())


if __name__ == '__main__':
    main(one_without_priority, several_with_priority)
