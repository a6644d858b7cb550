// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef JACK_RT_VOUCH_H
#define JACK_RT_VOUCH_H

// JACK functions that we hold to be RT-safe, each with the reason.  Each redeclares the function as RT.

#include "dsp/rt.h"

#include <jack/jack.h>
#include <jack/midiport.h>

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wredundant-decls"
#endif

RT void* jack_port_get_buffer(jack_port_t* port, jack_nframes_t nframes); // jack.h: to be called in each callback
RT void  jack_midi_clear_buffer(void* buffer); // midiport.h: to be called in each callback for an output

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
