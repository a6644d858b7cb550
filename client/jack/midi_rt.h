// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_MIDI_RT_H
#define JACK_MIDI_RT_H

// JACK's MIDI buffers of one cycle from and to the rings of a MidiPort.

#include "dsp/rt.h"
#include "msg/midi.h"

/** What came in, each with its frame.  Real-time messages (clock, active sensing) are left out.
 * @param buffer of midi_in; @param begin engine frame of the cycle's first */
RT void midi_take_rt(MidiPort* m, void* buffer, int64_t begin);

/** What is due in this cycle, or was before, at its frame.  What JACK has no room for stays for the next cycle.
 * @param buffer of midi_out, cleared */
RT void midi_give_rt(MidiPort* m, void* buffer, int64_t begin, uint32_t nframes);

#endif
