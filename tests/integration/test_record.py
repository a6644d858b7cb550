# SPDX-License-Identifier: GPL-3.0-or-later
# Recording at a real JACK server: the cue sheet, a full drive, and what plays meanwhile.

import os
import subprocess
import sys
import time
import wave

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from stage import RATE, Deckhost, main, wait_until  # noqa: E402


def tone(path, seconds):
    with wave.open(path, 'wb') as file:
        file.setparams((2, 2, RATE, 0, 'NONE', ''))
        block = b''.join(int(8000 * ((k % 480) / 480 - 0.5)).to_bytes(2, 'little', signed=True) * 2 for k in range(RATE))
        file.writeframes(block * seconds)
    return path


def entries(path):
    """Title and time in seconds of each track of a cue sheet."""
    found, title = [], None
    with open(path) as sheet:
        for line in sheet:
            words = line.split(None, 1)
            if words[0] == 'TITLE':
                title = words[1].strip().strip('"')
            elif words[0] == 'INDEX':
                m, s, f = words[1].split()[1].split(':')
                found.append((title, int(m) * 60 + int(s) + int(f) / 75))
    return found


def sheet(tap, stage):
    """A cue sheet says which track started when."""
    host = Deckhost(stage, '-d', '3', '--no-connect')
    for deck, name in enumerate(('plays already', 'first', 'second'), 1):
        host.ask('/deck/%d/load' % deck, tone(stage.path(name + '.wav'), 20))
    host.ask('/deck/1/play')
    assert wait_until(lambda: host.get('/deck/1/state') == 'playing')
    path = stage.path('mix.wav')
    host.play_score('s', '0 /record/start "%s"\n1 /deck/2/play\n1.5 /deck/2/pause\n2 /deck/2/play\n2.5 /deck/3/play\n' % path,
                    4.5)
    found = entries(stage.path('mix.cue'))  # it is there while the recording goes on
    host.ask('/record/stop')
    expected = [('plays already', 0.0), ('first', 1.0), ('second', 2.5)]
    good = len(found) == 3 and all(f[0] == e[0] and abs(f[1] - e[1]) <= 1 / 75 + 1e-9 for f, e in zip(found, expected))
    tap.check(good, 'each track once, at the frame of its first start', 'expected %s, got %s' % (expected, found))
    tap.check(not host.errors().count('warning: can'), 'nothing to complain about', host.errors())
    host.close()


def full_drive(tap, stage):
    """A drive that becomes full ends the recording, and nothing else."""
    place = stage.path('small')
    os.mkdir(place)
    if subprocess.call(['mount', '-t', 'tmpfs', '-o', 'size=600k', 'none', place], stderr=subprocess.DEVNULL) != 0:
        tap.skip('a full drive', 'only root can make one')
        return
    try:
        host = Deckhost(stage, '-d', '2', '--no-connect')
        host.ask('/deck/1/load', tone(stage.path('t.wav'), 20))
        host.ask('/deck/1/play')
        path = os.path.join(place, 'mix.wav')
        host.ask('/record/start', path)
        tap.check(host.get('/record/start') == path, 'it records')
        ended = wait_until(lambda: host.get('/record/start') == '', 15.0)
        tap.check(ended and 'No space left' in host.errors(), 'it ends, and says why', host.errors())
        whole = subprocess.run([sys.executable, '-c', '''
import struct, sys
data = open(sys.argv[1], 'rb').read()
at = data.index(b'data')
print(struct.unpack('<I', data[at + 4:at + 8])[0] <= len(data) - at - 8 and len(data) > 300000)''', path],
                               stdout=subprocess.PIPE, text=True).stdout
        tap.check(whole.strip() == 'True', 'its header is right')
        host.ask('/record/start', stage.path('other.wav'))
        time.sleep(0.5)
        tap.check(host.osc.command('/record/stop').ok, 'another goes on elsewhere')
        stats = host.stats()
        tap.check(host.get('/deck/1/state') == 'playing' and stats['starves'] == 0, 'the decks play on')
        tap.check(os.path.getsize(stage.path('other.wav')) > RATE, 'and is there')
        host.close()
    finally:
        subprocess.call(['umount', place])


if __name__ == '__main__':
    main(sheet, full_drive)
