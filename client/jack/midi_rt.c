// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/midi_rt.h"

#include "jack/rt_vouch.h"

#include <stddef.h>

enum { MAX_PER_CYCLE = 1024, SYSTEM_EXCLUSIVE = 0xF0, REAL_TIME = 0xF8 };

void
midi_take_rt(MidiPort* const m, void* const buffer, const int64_t begin)
{
  const uint32_t n = jack_midi_get_event_count(buffer);
  for (uint32_t i = 0; i < n; ++i) {
    jack_midi_event_t e;
    if (jack_midi_event_get(&e, buffer, i) || !e.size || (e.size == 1 && e.buffer[0] >= REAL_TIME)) {
      continue;
    }
    MidiEvent event = {begin + e.time, (uint8_t)e.size, {0, 0, 0}};
    if (e.size > sizeof(event.byte) || e.buffer[0] == SYSTEM_EXCLUSIVE) {
      atomic_fetch_add_explicit(&m->skipped, 1, memory_order_relaxed);
      continue;
    }
    for (uint32_t k = 0; k < e.size; ++k) {
      event.byte[k] = e.buffer[k];
    }
    ring_write(m->in, &event);
  }
}

void
midi_give_rt(MidiPort* const m, void* const buffer, const int64_t begin, const uint32_t nframes)
{
  uint32_t last = 0;
  for (int i = 0; i < MAX_PER_CYCLE; ++i) {
    const MidiEvent* const e = ring_peek(m->out);
    if (!e || e->frame >= begin + nframes) {
      return;
    }
    const uint32_t at       = e->frame <= begin ? 0 : (uint32_t)(e->frame - begin);
    last                    = at > last ? at : last;
    unsigned char* const to = jack_midi_event_reserve(buffer, last, e->size);
    if (!to) {
      atomic_fetch_add_explicit(&m->unsent, 1, memory_order_relaxed);
      return;
    }
    for (uint32_t k = 0; k < e->size; ++k) {
      to[k] = e->byte[k];
    }
    MidiEvent taken;
    ring_read(m->out, &taken);
  }
}
