// SPDX-License-Identifier: GPL-3.0-or-later
#include "jack/client_rt.h"

#include "jack/rt_vouch.h"

#include <stddef.h>

RT static float*
buffer_rt(jack_port_t* const port, const jack_nframes_t nframes)
{
  return port ? jack_port_get_buffer(port, nframes) : NULL;
}

int
jack_process_rt(const jack_nframes_t nframes, void* const data)
{
  JackRt* const rt = data;
  EngineIo      io = {0};
  for (int ch = 0; ch < 2; ++ch) {
    io.master[ch] = buffer_rt(rt->master[ch], nframes);
    io.cue[ch]    = buffer_rt(rt->cue[ch], nframes);
    io.mic[ch]    = buffer_rt(rt->mic[ch], nframes);
    for (uint32_t d = 0; d < rt->ndecks; ++d) {
      io.deck[d][ch] = buffer_rt(rt->deck[d][ch], nframes);
    }
  }
  if (rt->midi_out) {
    jack_midi_clear_buffer(jack_port_get_buffer(rt->midi_out, nframes));
  }
  engine_run_rt(rt->engine, nframes, &io);
  return 0;
}
