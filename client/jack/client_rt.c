// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/client_rt.h"

#include "jack/midi_rt.h"
#include "jack/rt_vouch.h"

#include <stddef.h>

RT static float*
buffer_rt(jack_port_t* const port, const jack_nframes_t nframes)
{
  return port ? jack_port_get_buffer(port, nframes) : NULL;
}

// The buffers from `n` frames on.
RT static void
advance_rt(EngineIo* const io, const uint32_t n)
{
  for (int ch = 0; ch < 2; ++ch) {
    io->master[ch] += n;
    io->cue[ch] += n;
    io->booth[ch] += n;
    io->mic[ch] += n;
    for (int d = 0; d < MAX_DECKS; ++d) {
      io->deck[d][ch] = io->deck[d][ch] ? io->deck[d][ch] + n : NULL;
    }
  }
}

// Both in one number, since they belong together.
RT static void
show_transport(JackRt* const rt, const int64_t begin)
{
  jack_position_t              at;
  const jack_transport_state_t state   = jack_transport_query(rt->client, &at);
  const bool                   rolling = state == JackTransportRolling;
  if (state != JackTransportRolling && state != JackTransportStopped) {
    return; // it waits for clients that are slow: soon it rolls
  }
  const int64_t place = (int64_t)at.frame - (rolling ? begin : 0);
  atomic_store_explicit(&rt->transport, 2 * place + rolling, memory_order_relaxed);
}

int
jack_process_rt(const jack_nframes_t nframes, void* const data)
{
  JackRt* const rt = data;
  EngineIo      io = {0};
  epoch_enter_rt(&rt->cycles);
  for (int ch = 0; ch < 2; ++ch) {
    io.master[ch] = buffer_rt(rt->master[ch], nframes);
    io.cue[ch]    = buffer_rt(rt->cue[ch], nframes);
    io.booth[ch]  = buffer_rt(rt->booth[ch], nframes);
    io.mic[ch]    = buffer_rt(rt->mic[ch], nframes);
    for (uint32_t d = 0; d < MAX_DECKS; ++d) {
      io.deck[d][ch] = buffer_rt(atomic_load_explicit(&rt->deck[d][ch], memory_order_acquire), nframes);
    }
  }
  const int64_t begin = engine_frame_rt(rt->engine);
  void* const   out   = jack_port_get_buffer(rt->midi_out, nframes);
  midi_take_rt(rt->midi, jack_port_get_buffer(rt->midi_in, nframes), begin);
  jack_midi_clear_buffer(out);
  midi_give_rt(rt->midi, out, begin, nframes);
  if (rt->client) {
    show_transport(rt, begin);
  }
  uint32_t left = nframes;
  for (; left > MAX_BLOCK; left -= MAX_BLOCK) { // some servers have larger blocks than JACK's own
    engine_run_rt(rt->engine, MAX_BLOCK, &io);
    advance_rt(&io, MAX_BLOCK);
  }
  engine_run_rt(rt->engine, left, &io);
  epoch_leave_rt(&rt->cycles);
  return 0;
}
