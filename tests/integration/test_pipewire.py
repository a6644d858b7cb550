# SPDX-License-Identifier: GPL-3.0-or-later
# PipeWire's JACK in place of jackd: a PipeWire of our own with a null sink, no session manager, no sound card.

import os
import shutil
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from signals import floats, noise, write_wav  # noqa: E402
from stage import PROGRAM, RATE, Deckhost, Stage, Tap, wait_until  # noqa: E402
from wavefile import WaveFile  # noqa: E402

FADE = 64  # frames, of a start

CONFIG = '''
context.properties = { core.daemon = true core.name = pipewire-0 support.dbus = false
    default.clock.rate = 48000 default.clock.quantum = 256 default.clock.min-quantum = 16 default.clock.max-quantum = 8192 }
context.spa-libs = { audio.convert.* = audioconvert/libspa-audioconvert support.* = support/libspa-support }
context.modules = [ { name = libpipewire-module-protocol-native } { name = libpipewire-module-metadata }
    { name = libpipewire-module-spa-node-factory } { name = libpipewire-module-client-node }
    { name = libpipewire-module-adapter } { name = libpipewire-module-link-factory }
    { name = libpipewire-module-access args = { } } ]
context.objects = [
    { factory = spa-node-factory args = { factory.name = support.node.driver node.name = Dummy-Driver
        node.group = pipewire.dummy priority.driver = 20000 } }
    { factory = adapter args = { factory.name = support.null-audio-sink node.name = null-sink media.class = Audio/Sink
        object.linger = true audio.position = [ FL FR ] node.group = pipewire.dummy
        adapter.auto-port-config = { mode = dsp monitor = true position = preserve } } } ]
'''


class PipeWire(Stage):
    """A stage with PipeWire where others have jackd."""

    def start_jack(self, block):
        run = self.path('run')
        os.mkdir(run, 0o700)
        with open(self.path('pipewire.conf'), 'w') as file:
            file.write(CONFIG)
        self.env.update(XDG_RUNTIME_DIR=run, PIPEWIRE_RUNTIME_DIR=run)
        self.env.pop('JACK_DEFAULT_SERVER', None)
        self.start_pipewire()

    def start_pipewire(self):
        self.pipewire = self.processes.start([shutil.which('pipewire'), '-c', self.path('pipewire.conf')],
                                             self.path('pipewire.log'), self.env)
        assert wait_until(lambda: 'null-sink:playback_FR' in self.run('pw-link', '-i').stdout), self.text('pipewire.log')

    def quantum(self, frames):
        self.run('pw-metadata', '-n', 'settings', '0', 'clock.force-quantum', str(frames))


def program(stage):
    """deckhost with PipeWire's libjack."""
    path = stage.path('deckhost-pw')
    with open(path, 'w') as file:
        file.write('#!/bin/sh\nexec pw-jack "%s" "$@"\n' % PROGRAM)
    os.chmod(path, 0o755)
    return path


def plays(tap, stage):
    """Plays, is connected, and goes on bit for bit while the block length changes."""
    raw = noise(20 * RATE, 1)
    write_wav(stage.path('noise.wav'), raw, RATE)
    data = floats(raw)
    host = Deckhost(stage, stage.path('noise.wav'), program=program(stage))
    tap.check(wait_until(lambda: host.get('/deck/1/state') == 'cued'), 'it starts and loads', host.errors())
    links = stage.run('pw-link', '-l', '-o').stdout
    tap.check('deckhost:master_L\n  |-> null-sink:playback_FL' in links and 'deckhost:master_R\n  |-> null-sink:playback_FR' in links,
              'the master is connected to a sink that isn\'t called system:', links)
    host.ask('/record/start', stage.path('out.wav'))
    host.ask('/deck/1/play', 0.2)
    blocks = set()
    for frames in (64, 1024, 16, 4096, 128, 2048, 256):
        stage.quantum(frames)
        wait_until(lambda: host.stats()['block'] == frames, 3.0)
        blocks.add(host.stats()['block'])
        time.sleep(0.3)
    tap.check(len(blocks) >= 6, 'the block length changed', blocks)
    host.ask('/record/stop')
    recording = WaveFile(stage.path('out.wav'))
    first = next(i for i in range(0, len(recording.samples)) if recording.samples[i]) // 2
    start = first - next(i for i in range(0, len(data)) if data[i]) // 2
    frames = recording.frames - start - FADE
    tap.check(frames > 2 * RATE and recording.samples[2 * (start + FADE):] == data[2 * FADE:2 * (FADE + frames)],
              'the master is the file bit for bit through all of them', (start, recording.frames))
    tap.check(host.stats()['starves'] == 0, 'nothing starved')
    tap.check(host.get('/deck/1/position') > 2.0, 'the position moves on')
    stage.processes.end(stage.pipewire)
    tap.check(wait_until(lambda: 'went away' in host.errors(), 15.0) and host.alive(), 'PipeWire gone, commands are answered', host.errors())
    place = host.get('/deck/1/position')
    stage.start_pipewire()
    tap.check(wait_until(lambda: 'plays on' in host.errors(), 10.0), 'back, it plays on', host.errors())
    tap.check(wait_until(lambda: host.get('/deck/1/position') > place + 0.2), 'from where it was', (place, host.get('/deck/1/position')))
    tap.check(host.close() == 0, 'it ends well', host.errors())


def main():
    tap = Tap()
    if not (shutil.which('pipewire') and shutil.which('pw-jack') and shutil.which('pw-link') and shutil.which('pw-metadata')):
        print('1..0 # SKIP no PipeWire (packages pipewire-bin, pipewire-jack)')
        return 0
    stage = None
    try:
        stage = PipeWire()
        plays(tap, stage)
    except Exception:
        import traceback
        tap.check(False, 'plays', traceback.format_exc())
    finally:
        if stage:
            stage.close()
    print('1..%d' % tap.count)
    return 1 if tap.failed else 0


if __name__ == '__main__':
    sys.exit(main())
