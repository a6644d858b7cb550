# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own plugins, run by ourselves: what other hosts' results are compared with."""

import ctypes
import os


class Descriptor(ctypes.Structure):
    _fields_ = [('uri', ctypes.c_char_p), ('instantiate', ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p,
                                                                          ctypes.c_double, ctypes.c_char_p,
                                                                          ctypes.c_void_p)),
                ('connect_port', ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)),
                ('activate', ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
                ('run', ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)),
                ('deactivate', ctypes.c_void_p), ('cleanup', ctypes.CFUNCTYPE(None, ctypes.c_void_p))]


def run(bundles, uri, controls, channels):
    """What comes out, by channel, for an iterable of samples by channel; controls are in the order of their ports."""
    kind = uri.split(':')[2]
    library = ctypes.CDLL(os.path.join(bundles, kind + '.lv2', kind + '.so'))
    library.lv2_descriptor.restype = ctypes.POINTER(Descriptor)
    every = (library.lv2_descriptor(i).contents for i in range(3))
    plugin = next(d for d in every if d.uri.decode() == uri)
    handle = plugin.instantiate(ctypes.addressof(plugin), 48000.0, b'', None)
    frames = len(channels[0])
    held = [(ctypes.c_float * frames)(*samples) for samples in channels]
    outs = [(ctypes.c_float * frames)() for _ in channels]
    values = (ctypes.c_float * len(controls))(*controls)
    for channel in range(len(channels)):
        plugin.connect_port(handle, channel, ctypes.addressof(held[channel]))
        plugin.connect_port(handle, len(channels) + channel, ctypes.addressof(outs[channel]))
    for control in range(len(controls)):
        plugin.connect_port(handle, 2 * len(channels) + control, ctypes.addressof(values) + 4 * control)
    plugin.activate(handle)
    plugin.run(handle, frames)
    plugin.cleanup(handle)
    return [tuple(out) for out in outs]
