# SPDX-License-Identifier: GPL-3.0-or-later
"""Play samples into ports of another JACK client and record what comes out of others, sample by sample: in freewheel mode,
where nobody is late.  A program of its own, since libjack's client threads don't always come back:

    jack_tape.py IN OUT FRAMES PORT,PORT... PORT,PORT...     (files of floats, one channel after the other)
"""

import ctypes
import sys
import threading

LEAD_IN = 48000 # frames of silence first: what glides has arrived
FREEWHEEL_SECONDS = 60

jack = ctypes.CDLL('libjack.so.0')
Process = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
jack.jack_client_open.restype = jack.jack_port_register.restype = jack.jack_port_get_buffer.restype = ctypes.c_void_p
jack.jack_port_name.restype = ctypes.c_char_p
AUDIO = b'32 bit float mono audio'
IN, OUT = 1, 2


class Client:
    """With some ports, all of one direction."""

    def __init__(self, name, ports, direction, process):
        status = ctypes.c_int(0)
        self.handle = ctypes.c_void_p(jack.jack_client_open(name, 1, ctypes.byref(status)))
        assert self.handle, 'no JACK server'
        self.ports = [ctypes.c_void_p(jack.jack_port_register(self.handle, b'%d' % k, AUDIO, ctypes.c_ulong(direction), 0))
                      for k in range(ports)]
        self.callback = Process(process) # kept: libjack holds no reference
        jack.jack_set_process_callback(self.handle, self.callback, None)

    def activate(self):
        assert jack.jack_activate(self.handle) == 0

    def buffers(self, frames):
        return [jack.jack_port_get_buffer(port, frames) for port in self.ports]

    def names(self):
        return [jack.jack_port_name(port) for port in self.ports]


class Tape:
    def __init__(self, samples, frames, channels):
        self.given = samples
        self.taken = (ctypes.c_float * (frames * channels))()
        self.frames = frames
        self.played = -LEAD_IN
        self.recorded = None # from the cycle in which the first sample is played
        self.rolls, self.done = False, threading.Event()

    def play(self, n, _):
        for channel, buffer in enumerate(self.player.buffers(n)):
            ctypes.memset(buffer, 0, 4 * n)
            size = min(n, self.frames - self.played)
            if self.rolls and self.played >= 0 and size > 0:
                at = channel * self.frames + self.played
                ctypes.memmove(buffer, ctypes.addressof(self.given) + 4 * at, 4 * size)
        if self.rolls:
            if self.played == 0:
                self.recorded = 0
            self.played += n if self.played >= 0 else min(n, -self.played)
        return 0

    def record(self, n, _):
        if self.recorded is None:
            return 0
        size = min(n, self.frames - self.recorded)
        for channel, buffer in enumerate(self.recorder.buffers(n)):
            at = channel * self.frames + self.recorded
            ctypes.memmove(ctypes.addressof(self.taken) + 4 * at, buffer, 4 * size)
        self.recorded += size
        if self.recorded == self.frames:
            self.done.set()
        return 0

    def run(self, to, back):
        self.recorder = Client(b'tape-record', len(back), IN, self.record)
        self.player = Client(b'tape-play', len(to), OUT, self.play)
        handle = self.player.handle
        self.recorder.activate()
        self.player.activate()
        for from_port, to_port in list(zip(self.player.names(), to)) + list(zip(back, self.recorder.names())):
            assert jack.jack_connect(handle, from_port, to_port) == 0, '%s does not go to %s' % (from_port, to_port)
        assert jack.jack_set_freewheel(handle, 1) == 0
        self.rolls = True
        done = self.done.wait(FREEWHEEL_SECONDS)
        jack.jack_set_freewheel(handle, 0)
        for client in self.player, self.recorder:
            jack.jack_client_close(client.handle)
        return done


def main(source, target, frames, to, back):
    to, back = to.encode().split(b','), back.encode().split(b',')
    with open(source, 'rb') as file:
        data = file.read()
    tape = Tape((ctypes.c_float * (len(data) // 4)).from_buffer_copy(data), int(frames), len(back))
    if not tape.run(to, back):
        sys.exit('only %s of %s frames came back' % (tape.recorded, frames))
    with open(target, 'wb') as file:
        file.write(bytes(tape.taken))


main(*sys.argv[1:])
